// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/** The step of a blocking call for a {@link Timeout}. */
final class TimeoutStep extends Step {
  private final String pipeline;
  private final Timeout timeout;
  private final TimeSource time;

  TimeoutStep(String pipeline, Timeout timeout, TimeSource time, @Nullable Step next) {
    super(next);
    this.pipeline = pipeline;
    this.timeout = timeout;
    this.time = time;
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
    BlockingTimeout mine = armed(nowNanos + nanos, nanos, watch);
    TimeSource.Timer timer = scheduled(nowNanos + nanos, mine);
    Object result;
    try {
      result =
          next == null
              ? code(supplier, asOutcome)
              : next.call(supplier, nowNanos, mine, times, asOutcome);
    } catch (Throwable error) {
      if (mine.lost(timer) && !(error instanceof GateFailure)) {
        throw fired(mine, error);
      }
      throw error; // the call has not begun: the refusal is the reason, not the timeout
    }
    if (mine.lost(timer) && !(asOutcome && deadlineEnded(result))) {
      throw fired(mine, null);
    }
    return result;
  }

  private static boolean deadlineEnded(@Nullable Object outcome) {
    return outcome instanceof Outcome.Rejected<?> refusal
        && refusal.kind() == RefusalKind.DEADLINE_ENDED;
  }

  private BlockingTimeout armed(long dueNanos, long nanos, @Nullable BlockingTimeout outer) {
    long own = timeout.nanos();
    return nanos == own
        ? new BlockingTimeout(outer, dueNanos)
        : new BlockingTimeout.AtDeadline(outer, dueNanos, new ClippedTimeout(nanos, own));
  }

  private TimeSource.Timer scheduled(long dueNanos, BlockingTimeout watch) {
    try {
      return time.scheduleAt(dueNanos, Runnable::run, watch);
    } catch (Throwable refusal) {
      throw new GateFailure(refusal); // the code has not begun
    }
  }

  private RuntimeException fired(BlockingTimeout mine, @Nullable Throwable instead) {
    ClippedTimeout clipped = mine.clipped();
    long ran = clipped == null ? 0 : mine.ranNanos(time.nanoTime());
    var end = CallTimeoutException.of(pipeline, timeout.duration(), clipped, ran, instead);
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
