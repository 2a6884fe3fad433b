// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A policy as a scenario asks for it, in the words of no library. */
sealed interface Spec {

  /** How long a breaker stays open if nothing else is said. */
  Duration OPEN = Duration.ofMillis(20);

  /**
   * A breaker that opens when half of its window failed.
   *
   * @param calls the window's size and least number of calls
   * @param window how long the window remembers; null: the last {@code calls} calls
   * @param lockFree the lock-free window, where a library has a choice and another default
   * @param announced whether the end of the open time shall show at once, where that can be said
   * @param openFor how long it stays open
   * @param probes how many calls are let in half-open
   * @param lease how long a probe may take, where that can be said; null: the library's default
   * @param failing which results are failures; null: none
   * @param ignored which exceptions count neither way; null: none
   * @param counted which exceptions are failures; null: all
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
   * @param limit calls at once
   * @param maxWait how long the next one waits
   */
  record Bulkhead(int limit, Duration maxWait) implements Spec {}

  /**
   * A retry of every exception.
   *
   * @param attempts the first included
   * @param delay between two
   * @param repeated which results are repeated; null: none
   */
  record Retry(int attempts, Duration delay, @Nullable Predicate<Object> repeated)
      implements Spec {}

  /**
   * A rate limiter that lets as many calls at once through, where that can be said.
   *
   * @param permits per period
   * @param period the period
   */
  record RateLimiter(int permits, Duration period) implements Spec {}

  /**
   * A timeout that may interrupt the call.
   *
   * @param length how long a call may take
   */
  record Timeout(Duration length) implements Spec {}
}
