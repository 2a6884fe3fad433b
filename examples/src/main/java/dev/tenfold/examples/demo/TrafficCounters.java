// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What the traffic did, counted. */
final class TrafficCounters {
  /** Requests that were due. */
  final LongAdder arrived = new LongAdder();

  /** Bookings among them. */
  final LongAdder bookings = new LongAdder();

  /** Requests that got what they asked for. */
  final LongAdder answered = new LongAdder();

  /** Attempts that the service turned away at once: breaker open, bulkhead full, still running. */
  final LongAdder refused = new LongAdder();

  /** Attempts that ended in an error or in a broken connection. */
  final LongAdder failed = new LongAdder();

  /** Attempts that were given up after the client's own time limit. */
  final LongAdder timedOut = new LongAdder();

  /** Attempts that repeated an unanswered booking under its key. */
  final LongAdder repeats = new LongAdder();

  /** Reads that never got an answer; bookings are repeated until they do. */
  final LongAdder readsLost = new LongAdder();

  /** List reads that a standby answered. */
  final LongAdder fromStandby = new LongAdder();

  /** List reads that a primary answered because no standby was fresh enough. */
  final LongAdder fromPrimary = new LongAdder();

  /** Requests not yet done, bookings between two attempts included. */
  final AtomicLong pending = new AtomicLong();

  /** Bookings among those. */
  final AtomicLong pendingBookings = new AtomicLong();

  /** Begins to count from zero, but for what is pending. */
  void reset() {
    for (LongAdder counter :
        List.of(
            arrived,
            bookings,
            answered,
            refused,
            failed,
            timedOut,
            repeats,
            readsLost,
            fromStandby,
            fromPrimary)) {
      counter.reset();
    }
  }

  void readFrom(boolean standby) {
    (standby ? fromStandby : fromPrimary).increment();
  }

  /** Counts an attempt that brought no answer. */
  void unanswered(Attempt.Outcome outcome) {
    switch (outcome) {
      case REFUSED -> refused.increment();
      case TIMED_OUT -> timedOut.increment();
      default -> failed.increment();
    }
  }

  long unansweredAttempts() {
    return refused.sum() + failed.sum() + timedOut.sum();
  }
}
