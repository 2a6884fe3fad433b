// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A resilience library, at its own time. Made anew for every scenario, closed after it. */
abstract class Library implements AutoCloseable {
  private static final int MAX_WAIT_MILLIS = 500;

  /** What its calls wait by: virtual if it takes a clock. */
  final TimeSource time;

  Library(TimeSource time) {
    this.time = time;
  }

  /** Returns its name and release. */
  abstract String name();

  /**
   * Puts policies together, the first outermost.
   *
   * @throws NotOfferedException if it has no such policy
   */
  abstract Guarded guard(Spec... specs);

  /** Whether this says that a policy refused a call. */
  abstract boolean refusal(Throwable error);

  /** Makes a call in a context, in the way that the library carries one to later attempts. */
  abstract CompletableFuture<Object> callIn(String value, Supplier<CompletableFuture<Object>> call);

  /** Returns the context of the code that runs. */
  abstract @Nullable String context();

  /**
   * Returns delays of an exponential backoff with jitter, far beyond the attempt that reaches the
   * cap.
   */
  abstract long[] delaysAtTheCap(Duration base, Duration cap, int draws);

  /** Whether it has a lock-free window that is not its default. */
  boolean choosesWindow() {
    return false;
  }

  /** Lets so much time pass. */
  void pass(Duration duration) {
    try {
      time.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }

  /** Waits for what other threads or timers bring about, but not for ever. */
  boolean eventually(BooleanSupplier condition) {
    for (int i = 0; i < MAX_WAIT_MILLIS && !condition.getAsBoolean(); i++) {
      pass(Duration.ofMillis(1));
    }
    return condition.getAsBoolean();
  }

  /** Makes a call that works, and returns whether it was let in. */
  boolean admits(Guarded guarded) throws Exception {
    try {
      guarded.call(() -> "fine");
      return true;
    } catch (Exception error) {
      if (refusal(error)) {
        return false;
      }
      throw error;
    }
  }

  /** Makes calls that fail until the breaker is open, and waits until it lets probes in. */
  void halfOpen(Guarded guarded, Spec.Breaker breaker) {
    fail(guarded, breaker.calls());
    pass(breaker.openFor().plusMillis(5));
  }

  /** Makes calls that fail. */
  void fail(Guarded guarded, int calls) {
    for (int i = 0; i < calls; i++) {
      try {
        guarded.call(() -> {
          throw new IllegalStateException("backend failed");
        });
      } catch (Exception expected) {
        continue;
      }
      throw new IllegalStateException("a call that fails came back without an exception");
    }
  }

  @Override
  public void close() {}
}
