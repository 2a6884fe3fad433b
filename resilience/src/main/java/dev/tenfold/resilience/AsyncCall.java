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
 * One asynchronous call: at most one attempt at a time, inside at most one passage through the
 * policies outside the retry.
 *
 * <p>Stopping is a two-way check: who stops writes {@code stopped} and then looks for an attempt
 * and a timer; who starts one publishes it and then looks for {@code stopped}.
 */
final class AsyncCall<T extends @Nullable Object> {
  private final PipelineSettings settings;
  private final CheckedSupplier<? extends CompletionStage<T>, ? extends Exception> supplier;
  private final @Nullable Fallback<? extends T> fallback;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final Ambient ambient = Ambient.capture();
  private final @Nullable Deadline deadline = Deadline.current();
  private final AsyncHandoff handoff;
  private final @Nullable Outside outside;
  private @Nullable RetryProgress progress; // handed from attempt to attempt
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
    // Not only cancel(): whoever completes the future from outside ends the call.
    long now = settings.clocked ? settings.time.nanoTime() : 0;
    beganNanos = now;
    var unused =
        result.whenComplete((value, error) -> {
          if (!completing) {
            endByCaller();
          }
        });
    if (outside == null) {
      nextAttempt(now, true);
    } else {
      outside.start(now, true);
    }
    return result;
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
   * No further attempt begins, and the present one ends like this.
   *
   * @param then what to run when it has left its gates: another thread may be in the act
   */
  private void stop(AsyncResult<T> ending, AsyncAttempt.AfterExits then, boolean free) {
    stopped = true;
    PendingTimer timer = backoff;
    if (timer != null) {
      timer.cancel();
    }
    Inside present = inside;
    if (present == null) {
      then.run(free);
    } else {
      present.afterExits(then, free); // first: ending it may run user code after the exits
      present.end(ending.fromOutside(), free);
    }
  }

  private void attemptEnded(Inside attempt, AsyncResult<T> ending, boolean free) {
    Retry retry = settings.retry;
    if (retry != null && retry.userCodeAtDecision() && !handoff.here(free)) {
      handoff.run(false, () -> decide(attempt, ending, false));
    } else {
      decide(attempt, ending, free);
    }
  }

  /**
   * Ends the call or waits for another attempt. What the attempt has begun is stopped before
   * another begins, but after the caller was told if none does.
   */
  private void decide(Inside attempt, AsyncResult<T> ending, boolean free) {
    boolean repeats = !stopped && waitsForAnother(attempt, ending, free);
    if (!repeats) {
      if (!stopped) {
        finish(ending, free);
      }
      attempt.stopGuarded(ending, free, () -> {});
    }
  }

  private boolean waitsForAnother(Inside attempt, AsyncResult<T> ending, boolean free) {
    Retry retry = settings.retry;
    if (retry == null || !retry.ended(ending.value(), ending.judgedError())) {
      return false;
    }
    RetryProgress present = progress == null ? new RetryProgress(retry) : progress;
    progress = present;
    long delay = present.next(ending.value(), ending.judgedError(), deadline, leftOutsideNanos());
    if (delay == RetryProgress.STOP) {
      return false;
    }
    Runnable again =
        () -> {
          if (stopped || present.begins(deadline)) {
            nextAttempt(settings.clocked ? settings.time.nanoTime() : 0, true);
          } else {
            finish(ending.at(null), true); // that reading was before the wait
          }
        };
    AtomicInteger waitsFor = new AtomicInteger(2); // the end of the backoff and of the attempt
    Runnable over =
        () -> {
          if (waitsFor.decrementAndGet() == 0) {
            handoff.follow(false, again);
          }
        };
    attempt.stopGuarded(ending, free, over);
    PendingTimer timer = new PendingTimer();
    backoff = timer;
    if (!stopped) {
      timer.set(handoff.after(delay, over, refusal -> finish(ending.at(null), free)));
    }
    return true;
  }

  /** Returns the time until a timeout outside the retry fires. */
  private long leftOutsideNanos() {
    return outside == null ? Long.MAX_VALUE : outside.leftNanos();
  }

  private void finish(AsyncResult<T> ending, boolean free) {
    if (outside == null) {
      complete(ending, free);
    } else {
      outside.end(ending.outwards(), free);
    }
  }

  private void complete(AsyncResult<T> ending, boolean free) {
    if (ending.cancelled()) {
      return; // by the caller: the future is complete
    }
    completing = true;
    Throwable error = ending.error() == null ? null : GateFailure.unwrapped(ending.error());
    PipelineMetrics metrics = settings.metrics;
    boolean observing = metrics != null && observed.compareAndSet(false, true);
    if (metrics != null && observing) {
      metrics.ended(error);
    }
    handoff.follow(free, () -> tell(ending.value(), error, observing));
  }

  /** Tells the caller, and whoever listens how long the call took for the caller. */
  @SuppressWarnings("NullAway") // a value is null only if T is nullable
  private void tell(@Nullable T value, @Nullable Throwable error, boolean observing) {
    PipelineMetrics metrics = settings.metrics;
    if (metrics != null && observing && metrics.timed() && !PipelineMetrics.refused(error)) {
      metrics.took(settings.time.nanoTime() - beganNanos);
    }
    if (error == null) {
      result.complete(value);
    } else if (fallback == null || !(CallErrors.unwrapped(error) instanceof Exception exception)) {
      result.completeExceptionally(error);
    } else {
      Ambient.Scope scope = ambient.open();
      try (scope) {
        if (settings.standsIn(fallback, exception)) {
          result.complete(fallback.answer(exception));
        } else {
          result.completeExceptionally(error);
        }
      } catch (Throwable byFallback) {
        result.completeExceptionally(byFallback);
      }
    }
  }

  /** The passage through what is outside the retry. */
  private final class Outside extends AsyncAttempt<T> {
    Outside(AsyncSegment segment) {
      super(segment, handoff, deadline, settings.clocked);
    }

    @Override
    void begin(long nowNanos, boolean free) {
      nextAttempt(nowNanos, free);
    }

    @Override
    void stopInside(AsyncResult<T> ending, AfterExits then, boolean free) {
      stop(ending, then, free);
    }

    @Override
    void ended(AsyncResult<T> ending, boolean free) {
      complete(ending, free);
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
        handoff.follow(false, () -> callSupplier(settings.clocked ? settings.time.nanoTime() : 0));
      }
    }

    private void callSupplier(long nowNanos) {
      if (isEnded()) {
        return; // it had not begun
      }
      guardedBegins(nowNanos);
      if (outside != null) {
        outside.guardedBegins(nowNanos);
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
    void stopInside(AsyncResult<T> ending, AfterExits then, boolean free) {
      then.run(free);
    }

    /** Stops what the attempt has begun, unless it has ended by itself, and then goes on. */
    void stopGuarded(AsyncResult<T> ending, boolean free, Runnable then) {
      if (ending.stopped()) {
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
        return; // the supplier has not returned yet: callSupplier() looks once it has
      }
      try {
        Future<?> future = guarded instanceof Future<?> same ? same : guarded.toCompletableFuture();
        future.cancel(true);
      } catch (Throwable fault) {
        settings.faults.report("cancel", fault);
      }
    }

    @Override
    void ended(AsyncResult<T> ending, boolean free) {
      attemptEnded(this, ending, free);
    }
  }
}
