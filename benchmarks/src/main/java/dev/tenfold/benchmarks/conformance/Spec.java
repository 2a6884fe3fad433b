// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The policy that a scenario needs, in terms of no particular library. */
sealed interface Spec {

  /** The default open time of a breaker. */
  Duration OPEN = Duration.ofMillis(20);

  /**
   * A breaker that opens when half of its window failed.
   *
   * @param calls the size of the window and the minimum number of calls
   * @param window the length of a time window; null: the last {@code calls} calls
   * @param lockFree whether to use the lock-free window, if that is not the default
   * @param announced whether the end of the open time is to show at once, if that is an option
   * @param openFor the open time
   * @param probes the number of calls admitted in half-open
   * @param lease the time limit of a probe, if that is an option; null: the default of the library
   * @param failing the results that are failures; null: none
   * @param ignored the exceptions that count neither way; null: none
   * @param counted the exceptions that are failures; null: all
   */
  record Breaker(
      int calls,
      @Nullable Duration window,
      boolean lockFree,
      boolean announced,
      Duration openFor,
      int probes,
      @Nullable Duration lease,
      @Nullable Predicate<Object> failing,
      @Nullable Predicate<Throwable> ignored,
      @Nullable Predicate<Throwable> counted)
      implements Spec {

    Breaker(int calls, int probes) {
      this(calls, null, false, false, OPEN, probes, null, null, null, null);
    }

    Breaker ofTime(Duration length) {
      return new Breaker(
          calls, length, lockFree, announced, openFor, probes, lease, failing, ignored, counted);
    }

    Breaker withoutLocks() {
      return new Breaker(
          calls, window, true, announced, openFor, probes, lease, failing, ignored, counted);
    }

    Breaker announcing() {
      return new Breaker(
          calls, window, lockFree, true, openFor, probes, lease, failing, ignored, counted);
    }

    Breaker openFor(Duration length) {
      return new Breaker(
          calls, window, lockFree, announced, length, probes, lease, failing, ignored, counted);
    }

    Breaker leasing(Duration length) {
      return new Breaker(
          calls, window, lockFree, announced, openFor, probes, length, failing, ignored, counted);
    }

    Breaker failing(Predicate<Object> results) {
      return new Breaker(
          calls, window, lockFree, announced, openFor, probes, lease, results, ignored, counted);
    }

    Breaker ignoring(Predicate<Throwable> errors) {
      return new Breaker(
          calls, window, lockFree, announced, openFor, probes, lease, failing, errors, counted);
    }

    Breaker counting(Predicate<Throwable> errors) {
      return new Breaker(
          calls, window, lockFree, announced, openFor, probes, lease, failing, ignored, errors);
    }
  }

  /**
   * A bulkhead.
   *
   * @param limit the number of concurrent calls
   * @param maxWait the longest wait for a permit
   */
  record Bulkhead(int limit, Duration maxWait) implements Spec {}

  /**
   * A retry of every exception.
   *
   * @param attempts the number of attempts, the first included
   * @param delay the delay between two attempts
   * @param repeated the results that are repeated; null: none
   */
  record Retry(int attempts, Duration delay, @Nullable Predicate<Object> repeated)
      implements Spec {}

  /**
   * A rate limiter whose burst is one period, if that is an option.
   *
   * @param permits the permits per period
   * @param period the period
   */
  record RateLimiter(int permits, Duration period) implements Spec {}

  /**
   * A timeout that may interrupt the call.
   *
   * @param length the time limit of a call
   */
  record Timeout(Duration length) implements Spec {}
}
