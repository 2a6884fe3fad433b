// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One asynchronous call: one passage through the policies outside the retry, if there are any, and
 * inside it the attempts, one after the other. If the supplier of a stopped attempt has not
 * returned, the next attempt starts beside it.
 *
 * <p>A stop and the start of an attempt or of a backoff can race. The stopping thread writes {@code
 * stopped}, then reads {@code inside} and {@code backoff}. The starting thread writes one of these,
 * then reads {@code stopped}. So at least one of the two sees the other.
 */
final class AsyncCall<T extends @Nullable Object> {
  private final PipelineSettings settings;
  private final CheckedSupplier<? extends CompletionStage<T>, ? extends Exception> supplier;
  private final @Nullable Fallback<? extends T> fallback;
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final Ambient ambient = Ambient.capture();
  private final @Nullable Deadline deadline = Deadline.current();
  private final AsyncHandoff handoff;
  private final @Nullable Outside outside;
  private @Nullable RetryProgress progress; // passed from attempt to attempt
  private volatile @Nullable Inside inside;
  private volatile @Nullable PendingTimer backoff;
  private volatile boolean stopped;
  private volatile boolean completing;
  private final AtomicBoolean observed = new AtomicBoolean();
  private long beganNanos; // written before anything can end the call

  AsyncCall(
      PipelineSettings settings,
      CheckedSupplier<? extends CompletionStage<T>, ? extends Exception> supplier,
      @Nullable Fallback<? extends T> fallback) {
    this.settings = settings;
    this.supplier = supplier;
    this.fallback = fallback;
    this.handoff = new AsyncHandoff(settings.time, settings.executor, settings.faults, ambient);
    this.outside = settings.outer == null ? null : new Outside(settings.outer);
  }

  CompletableFuture<T> start() {
    // The caller ends the call by any completion of the future, not only by cancel().
    long now = settings.clocked ? settings.time.nanoTime() : 0;
    beganNanos = now;
    var unused =
        future.whenComplete((value, error) -> {
          if (!completing) {
            endByCaller();
          }
        });
    if (outside == null) {
      nextAttempt(now, true);
    } else {
      outside.start(now, true);
    }
    return future;
  }

  private void endByCaller() {
    if (settings.metrics != null && observed.compareAndSet(false, true)) {
      settings.metrics.cancelled();
    }
    if (outside == null) {
      stop(AsyncResult.byCaller(), free -> {}, true);
    } else {
      outside.end(AsyncResult.byCaller(), true);
    }
  }

  private void nextAttempt(long nowNanos, boolean free) {
    Inside next = new Inside(settings.inner);
    inside = next;
    if (!stopped) {
      next.start(nowNanos, free);
    }
  }

  /**
   * Ends the present attempt with this result. No further attempt starts.
   *
   * @param then runs after the attempt has exited its gates, perhaps on another thread
   */
  private void stop(AsyncResult<T> result, AsyncAttempt.AfterExits then, boolean free) {
    stopped = true;
    PendingTimer timer = backoff;
    if (timer != null) {
      timer.cancel();
    }
    Inside present = inside;
    if (present == null) {
      then.run(free);
    } else {
      present.afterExits(then, free); // before end(), which may run user code after the exits
      present.end(result.fromOutside(), free);
    }
  }

  private void attemptEnded(Inside attempt, AsyncResult<T> result, boolean free) {
    Retry retry = settings.retry;
    if (retry != null && retry.userCodeAtDecision() && !handoff.here(free)) {
      handoff.run(false, () -> decide(attempt, result, false));
    } else {
      decide(attempt, result, free);
    }
  }

  /**
   * Ends the call, or waits for the next attempt. The stage of a stopped attempt is cancelled
   * before the next attempt starts. If there is no next attempt, the cancellation is started after
   * the completion of the future.
   */
  private void decide(Inside attempt, AsyncResult<T> result, boolean free) {
    boolean repeats = false;
    try {
      repeats = !stopped && waitsForNextAttempt(attempt, result, free);
    } catch (Throwable fault) { // of the clock
      settings.faults.report("retry", fault);
    }
    if (!repeats) {
      if (!stopped) {
        finish(result, free);
      }
      attempt.stopGuarded(result, free, () -> {});
    }
  }

  private boolean waitsForNextAttempt(Inside attempt, AsyncResult<T> result, boolean free) {
    Retry retry = settings.retry;
    if (retry == null || !retry.ended(result.value(), result.judgedError())) {
      return false;
    }
    RetryProgress present = progress == null ? new RetryProgress(retry) : progress;
    progress = present;
    long delay = present.next(result.value(), result.judgedError(), deadline, leftOutsideNanos());
    if (delay == RetryProgress.STOP) {
      return false;
    }
    AtomicInteger open = new AtomicInteger(2); // the backoff and the cancellation of the stage
    Runnable oneDone =
        () -> {
          if (open.decrementAndGet() == 0) {
            handoff.follow(false, () -> repeat(present, result));
          }
        };
    attempt.stopGuarded(result, free, oneDone);
    PendingTimer timer = new PendingTimer();
    backoff = timer;
    if (!stopped) {
      timer.set(handoff.after(delay, oneDone, refusal -> finish(result.at(null), free)));
    }
    return true;
  }

  /** Starts the next attempt, or ends the call if the time for one is over. */
  private void repeat(RetryProgress present, AsyncResult<T> result) {
    try {
      if (stopped || present.begins(deadline)) {
        nextAttempt(settings.clocked ? settings.time.nanoTime() : 0, true);
        return;
      }
    } catch (Throwable fault) { // of the clock
      settings.faults.report("retry", fault);
    }
    finish(result.at(null), true); // the time of that result is from before the wait
  }

  /** Returns the time until the earliest timeout outside the retry fires. */
  private long leftOutsideNanos() {
    return outside == null ? Long.MAX_VALUE : outside.leftNanos();
  }

  private void finish(AsyncResult<T> result, boolean free) {
    if (outside == null) {
      complete(result, free);
    } else {
      outside.end(result.outwards(), free);
    }
  }

  private void complete(AsyncResult<T> result, boolean free) {
    if (result.cancelled()) {
      return; // the caller has completed the future
    }
    completing = true;
    Throwable error = result.error() == null ? null : GateFailure.unwrapped(result.error());
    PipelineMetrics metrics = settings.metrics;
    boolean observing = metrics != null && observed.compareAndSet(false, true);
    if (metrics != null && observing) {
      metrics.ended(error);
    }
    handoff.follow(free, () -> completeFuture(result.value(), error, observing));
  }

  /** Completes the future of the caller, and records the duration of the call. */
  @SuppressWarnings("NullAway") // a value is null only if T is nullable
  private void completeFuture(@Nullable T value, @Nullable Throwable error, boolean observing) {
    PipelineMetrics metrics = settings.metrics;
    if (metrics != null && observing && metrics.timed() && !PipelineMetrics.refused(error)) {
      metrics.took(settings.time.nanoTime() - beganNanos);
    }
    if (error == null) {
      future.complete(value);
    } else if (fallback == null || !(CallErrors.unwrapped(error) instanceof Exception exception)) {
      future.completeExceptionally(error);
    } else {
      Ambient.Scope scope = ambient.open();
      try (scope) {
        if (settings.standsIn(fallback, exception)) {
          future.complete(fallback.answer(exception));
        } else {
          future.completeExceptionally(error);
        }
      } catch (Throwable byFallback) {
        future.completeExceptionally(byFallback);
      }
    }
  }

  /** The passage through the policies outside the retry. */
  private final class Outside extends AsyncAttempt<T> {
    Outside(AsyncSegment segment) {
      super(segment, handoff, deadline, settings.clocked);
    }

    @Override
    void begin(long nowNanos, boolean free) {
      nextAttempt(nowNanos, free);
    }

    @Override
    void stopInside(AsyncResult<T> result, AfterExits then, boolean free) {
      stop(result, then, free);
    }

    @Override
    boolean ranLongEnough(long now) {
      Inside last = inside;
      return super.ranLongEnough(now) || (last != null && last.ranLongEnough(now));
    }

    @Override
    void ended(AsyncResult<T> result, boolean free) {
      complete(result, free);
    }
  }

  /** One attempt. */
  private final class Inside extends AsyncAttempt<T> {
    private volatile @Nullable CompletionStage<T> stage;

    Inside(AsyncSegment segment) {
      super(segment, handoff, deadline, settings.clocked);
    }

    @Override
    void begin(long nowNanos, boolean free) {
      if (free) {
        callSupplier(nowNanos);
      } else {
        handoff.follow(false, this::callSupplierNow);
      }
    }

    private void callSupplierNow() {
      long now;
      try {
        now = settings.clocked ? settings.time.nanoTime() : 0;
      } catch (Throwable fault) {
        end(AsyncResult.threw(fault), true);
        return;
      }
      callSupplier(now);
    }

    private void callSupplier(long nowNanos) {
      guardedBegins(nowNanos);
      if (isEnded()) {
        return; // ended before its supplier was called
      }
      if (outside != null) {
        outside.guardedBegins(nowNanos);
        if (outside.isEnded()) {
          return;
        }
      }
      try {
        CompletionStage<T> guarded = supplier.get();
        if (guarded == null) {
          throw new NullPointerException(
              "pipeline " + settings.name + ": the supplier returned null");
        }
        stage = guarded;
        if (isEnded()) {
          cancelStage();
          return;
        }
        guarded.whenComplete((value, error) ->
            end(
                error == null
                    ? AsyncResult.returned(value)
                    : AsyncResult.threw(CallErrors.ofStage(error)),
                true));
      } catch (Throwable error) {
        if (error instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        end(AsyncResult.threw(CallErrors.ofStage(error)), true);
      }
    }

    @Override
    long leftOutsideNanos() {
      return AsyncCall.this.leftOutsideNanos();
    }

    @Override
    void stopInside(AsyncResult<T> result, AfterExits then, boolean free) {
      then.run(free);
    }

    /** Cancels the stage of a stopped attempt, then runs the action. */
    void stopGuarded(AsyncResult<T> result, boolean free, Runnable then) {
      if (result.stopped()) {
        handoff.start(
            free,
            () -> {
              cancelStage();
              then.run();
            });
      } else {
        then.run();
      }
    }

    private void cancelStage() {
      CompletionStage<T> guarded = stage;
      if (guarded == null) {
        return; // the supplier has not returned: callSupplier() cancels the stage then
      }
      try {
        Future<?> running =
            guarded instanceof Future<?> same ? same : guarded.toCompletableFuture();
        running.cancel(true);
      } catch (Throwable fault) {
        settings.faults.report("cancel", fault);
      }
    }

    @Override
    void ended(AsyncResult<T> result, boolean free) {
      attemptEnded(this, result, free);
    }
  }
}
