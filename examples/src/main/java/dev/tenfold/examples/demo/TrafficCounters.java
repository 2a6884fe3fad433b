// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The counters of the traffic. */
final class TrafficCounters {
  /** Requests that were due. */
  final LongAdder arrived = new LongAdder();

  /** Bookings among them. */
  final LongAdder bookings = new LongAdder();

  /** Requests that were answered. */
  final LongAdder answered = new LongAdder();

  /** Attempts that the service refused at once: breaker open, bulkhead full, key in progress. */
  final LongAdder refused = new LongAdder();

  /** Attempts that ended in an error or in a broken connection. */
  final LongAdder failed = new LongAdder();

  /** Attempts that ended at the time limit of the client. */
  final LongAdder timedOut = new LongAdder();

  /** Attempts that repeated an unanswered booking under its key. */
  final LongAdder repeats = new LongAdder();

  /** Reads without an answer. Bookings are repeated until they are answered. */
  final LongAdder readsLost = new LongAdder();

  /** List reads by somebody else that a standby answered. */
  final LongAdder fromStandby = new LongAdder();

  /** List reads by somebody else that a primary answered: no standby was fresh enough. */
  final LongAdder fromPrimary = new LongAdder();

  /** List reads by the user who booked that a standby answered. */
  final LongAdder ownFromStandby = new LongAdder();

  /** List reads by the user who booked that a primary answered: no standby had the bookings. */
  final LongAdder ownFromPrimary = new LongAdder();

  /** Open requests, including bookings between two attempts. */
  final AtomicLong pending = new AtomicLong();

  /** Open bookings. */
  final AtomicLong pendingBookings = new AtomicLong();

  /** Resets all counters except those of open requests. */
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
            fromPrimary,
            ownFromStandby,
            ownFromPrimary)) {
      counter.reset();
    }
  }

  void listFrom(boolean standby, boolean own) {
    if (own) {
      (standby ? ownFromStandby : ownFromPrimary).increment();
    } else {
      (standby ? fromStandby : fromPrimary).increment();
    }
  }

  /** Counts an attempt without an answer. */
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
