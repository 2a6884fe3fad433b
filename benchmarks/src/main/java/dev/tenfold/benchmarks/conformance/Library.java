// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A resilience library with its own time. Created for one scenario and closed after it. */
abstract class Library implements AutoCloseable {
  private static final int MAX_WAIT_MILLIS = 500;

  /** The time of the library: virtual if the library takes a clock. */
  final TimeSource time;

  Library(TimeSource time) {
    this.time = time;
  }

  /** Returns the name and the release. */
  abstract String name();

  /**
   * Composes policies; the first is the outermost.
   *
   * @throws NotOfferedException if the library has no such policy
   */
  abstract Guarded guard(Spec... specs);

  /** Returns whether an exception is a refusal of a policy. */
  abstract boolean refusal(Throwable error);

  /** Calls in a context, by the means of the library that carry a context to later attempts. */
  abstract CompletableFuture<Object> callIn(String value, Supplier<CompletableFuture<Object>> call);

  /** Returns the context of the code that runs. */
  abstract @Nullable String context();

  /**
   * Returns delays of an exponential backoff with jitter, far beyond the attempt that reaches the
   * cap.
   */
  abstract long[] delaysAtTheCap(Duration base, Duration cap, int draws);

  /** Returns whether the library has a lock-free window that is not its default. */
  boolean choosesWindow() {
    return false;
  }

  /** Lets time pass. */
  void pass(Duration duration) {
    try {
      time.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }

  /** Waits, for a limited time, for a condition that other threads or timers fulfil. */
  boolean eventually(BooleanSupplier condition) {
    for (int i = 0; i < MAX_WAIT_MILLIS && !condition.getAsBoolean(); i++) {
      pass(Duration.ofMillis(1));
    }
    return condition.getAsBoolean();
  }

  /** Makes a call that succeeds, and returns whether the policies admitted it. */
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

  /** Makes calls that fail until the breaker opens, and waits until it admits probes. */
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
