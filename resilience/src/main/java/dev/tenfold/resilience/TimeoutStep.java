// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The step of a blocking call for a {@link Timeout}. */
final class TimeoutStep extends Step {
  private final String pipeline;
  private final Timeout timeout;
  private final TimeSource time;
  private final boolean gatesInside;
  private final Executor interrupts;

  /**
   * Creates the step.
   *
   * @param gatesInside whether a step after this one has gates, where a call can wait
   */
  TimeoutStep(
      String pipeline, Timeout timeout, TimeSource time, boolean gatesInside, @Nullable Step next) {
    super(next);
    this.pipeline = pipeline;
    this.timeout = timeout;
    this.time = time;
    this.gatesInside = gatesInside;
    this.interrupts = watch -> interrupt((BlockingTimeout) watch);
  }

  @Override
  <T extends @Nullable Object, X extends Exception> @Nullable Object call(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      boolean asOutcome)
      throws X {
    long nanos = Deadline.clipNanos(timeout.nanos());
    if (nanos <= 0) {
      if (asOutcome) {
        return timeout.rejected();
      }
      throw new GateFailure(timeout.refusal()); // the code has not begun
    }
    BlockingTimeout mine = armed(nowNanos, nanos, watch);
    TimeSource.Timer timer = scheduled(nowNanos + nanos, mine);
    Object result;
    try {
      result =
          next == null
              ? code(supplier, asOutcome)
              : next.call(supplier, nowNanos, mine, times, asOutcome);
    } catch (Throwable error) {
      if (lost(mine, timer, watch) && !(error instanceof GateFailure)) {
        if (mine.endedBeforeTheCall() && error instanceof Exception) {
          return refused(error, asOutcome);
        }
        throw fired(mine, nanos, error);
      }
      throw error; // the call has not begun: the refusal is the reason, not the timeout
    }
    if (lost(mine, timer, watch) && !mine.endedBeforeTheCall()) {
      throw fired(mine, nanos, null);
    }
    return result;
  }

  /** Returns or throws the refusal of a call that waited for a permit until the deadline ended. */
  private Object refused(Throwable instead, boolean asOutcome) {
    if (instead instanceof RejectedException byTheQueue) {
      throw byTheQueue;
    }
    if (asOutcome) {
      return timeout.rejected();
    }
    throw timeout.refusal();
  }

  private BlockingTimeout armed(long nowNanos, long nanos, @Nullable BlockingTimeout outer) {
    long own = timeout.nanos();
    if (nanos == own) {
      return new BlockingTimeout(outer, nowNanos + nanos);
    }
    BlockingTimeout clipped = new BlockingTimeout.AtDeadline(outer, nowNanos + nanos, own);
    if (!gatesInside) {
      clipped.began(nowNanos);
    }
    return clipped;
  }

  /**
   * Whether the time was over first. A deadline ends several timeouts, and one timer fires first.
   */
  private boolean lost(
      BlockingTimeout mine, TimeSource.Timer timer, @Nullable BlockingTimeout outer) {
    return mine.lost(timer) || (mine.atDeadline() && mine.endsWith(outer, time.nanoTime()));
  }

  private TimeSource.Timer scheduled(long dueNanos, BlockingTimeout watch) {
    try {
      return time.scheduleAt(dueNanos, interrupts, watch);
    } catch (Throwable refusal) {
      throw new GateFailure(refusal); // the code has not begun
    }
  }

  /** Runs on the timer. An interrupt is no user code, unless the thread's class overrides it. */
  private void interrupt(BlockingTimeout watch) {
    if (watch.interruptsByUserCode()) {
      time.handOver().execute(watch);
    } else {
      watch.run();
    }
  }

  private RuntimeException fired(
      BlockingTimeout mine, long leftNanos, @Nullable Throwable instead) {
    CallTimeoutException end;
    if (mine.atDeadline()) {
      boolean ranLongEnough =
          mine.ranLongEnough(time.nanoTime())
              || (instead instanceof CallTimeoutException inner && inner.ranLongEnough());
      end = new CallTimeoutException(pipeline, leftNanos, ranLongEnough, instead);
    } else {
      end = new CallTimeoutException(pipeline, timeout.duration(), instead);
    }
    timeout.countEnded(end);
    if (instead != null
        && mine.firedUnheard()
        && CallErrors.interrupts(CallErrors.unwrapped(instead))) {
      // The code has received the interrupt that was pending. An outer timeout clears its own.
      Thread.currentThread().interrupt();
    }
    if (instead instanceof Error error) {
      throw error;
    }
    return end;
  }
}
