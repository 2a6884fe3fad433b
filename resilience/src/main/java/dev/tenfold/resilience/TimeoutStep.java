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
  private final UserCodeFaults faults;
  private final boolean refusesInside;
  private final long shortestTimeoutNanos;
  private final Executor interrupts;

  /**
   * Creates the step.
   *
   * @param refusesInside whether a step after this one can refuse the call
   * @param shortestTimeoutNanos the shortest timeout around the guarded call
   */
  TimeoutStep(
      String pipeline,
      Timeout timeout,
      TimeSource time,
      UserCodeFaults faults,
      boolean refusesInside,
      long shortestTimeoutNanos,
      @Nullable Step next) {
    super(next);
    this.pipeline = pipeline;
    this.timeout = timeout;
    this.time = time;
    this.faults = faults;
    this.refusesInside = refusesInside;
    this.shortestTimeoutNanos = shortestTimeoutNanos;
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
    long left = Deadline.clipNanos(timeout.nanos());
    if (left <= 0) {
      if (asOutcome) {
        return timeout.rejected();
      }
      throw new GateFailure(timeout.refusal()); // the code has not begun
    }
    long nanos = left == timeout.nanos() ? left : clipped(left, nowNanos);
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
        throw fired(mine, watch, nanos, error);
      }
      throw error; // the call has not begun: the refusal is the reason, not the timeout
    }
    if (lost(mine, timer, watch) && !mine.endedBeforeTheCall()) {
      throw fired(mine, watch, nanos, null);
    }
    return result;
  }

  /** Returns the time from the start of this step until the deadline, at most the whole timeout. */
  private long clipped(long leftNanos, long nowNanos) {
    try {
      return Math.min(timeout.nanos(), time.nanoTime() - nowNanos + leftNanos);
    } catch (Throwable byTheClock) {
      throw new GateFailure(byTheClock); // the code has not begun
    }
  }

  /** Returns or throws the refusal of a call that the deadline ended before the call began. */
  private Object refused(Throwable instead, boolean asOutcome) {
    if (instead instanceof RejectedException byAGate) {
      throw byAGate;
    }
    timeout.countEnded(true);
    if (asOutcome) {
      return timeout.rejected();
    }
    throw timeout.refusal();
  }

  private BlockingTimeout armed(long nowNanos, long nanos, @Nullable BlockingTimeout outer) {
    boolean whole = nanos == timeout.nanos();
    BlockingTimeout armed =
        whole
            ? new BlockingTimeout(outer, nowNanos + nanos)
            : new BlockingTimeout.AtDeadline(outer, nowNanos + nanos);
    if (!refusesInside && (!whole || outer != null)) {
      armed.allBegan(nowNanos);
    }
    return armed;
  }

  /**
   * Whether the time was over first. A deadline ends several timeouts, and one timer fires first.
   */
  private boolean lost(
      BlockingTimeout mine, TimeSource.Timer timer, @Nullable BlockingTimeout outer) {
    return mine.lost(timer)
        || (outer != null && mine.atDeadline() && outer.fired() && mine.isDue(faults));
  }

  private TimeSource.Timer scheduled(long dueNanos, BlockingTimeout watch) {
    try {
      return time.scheduleAt(dueNanos, interrupts, watch);
    } catch (Throwable refusal) {
      throw new GateFailure(refusal); // the code has not begun
    }
  }

  /** Runs on the timer, which hands the interrupt over if the class of the thread overrides it. */
  private void interrupt(BlockingTimeout watch) {
    if (watch.interruptsByUserCode()) {
      try {
        time.handOver().execute(watch);
        return;
      } catch (Throwable refused) { // by a broken time source, or out of memory
        faults.report("handOver", refused);
      }
    }
    watch.run();
  }

  private RuntimeException fired(
      BlockingTimeout mine,
      @Nullable BlockingTimeout outer,
      long leftNanos,
      @Nullable Throwable instead) {
    timeout.countEnded(mine.atDeadline());
    boolean unheard =
        mine.hasFired() ? mine.firedUnheard() : outer != null && outer.anyFiredUnheard();
    if (unheard && instead != null && CallErrors.interrupts(CallErrors.unwrapped(instead))) {
      // The code has received the interrupt that was pending. An outer timeout clears its own.
      Thread.currentThread().interrupt();
    }
    if (instead instanceof Error error) {
      throw error;
    }
    if (!mine.atDeadline()) {
      return new CallTimeoutException(pipeline, timeout.duration(), instead);
    }
    long ran = faults.nowOr(mine.beganNanos()) - mine.beganNanos();
    boolean ranLongEnough =
        ClippedTimeout.ranLongEnough(ran, shortestTimeoutNanos)
            || (instead instanceof CallTimeoutException inner && inner.ranLongEnough());
    return new CallTimeoutException(pipeline, leftNanos, ranLongEnough, instead);
  }
}
