// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Measures the staleness of one kind of read against its bound. */
final class StalenessWatch {
  private final VersionLedger ledger;
  private final String title;
  private final String promise;
  private final Duration bound;
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong behind = new AtomicLong();
  private final AtomicLong stalestNanos = new AtomicLong();
  private final AtomicLong recentNanos = new AtomicLong();

  StalenessWatch(VersionLedger ledger, String title, String promise, Duration bound) {
    this.ledger = ledger;
    this.title = title;
    this.promise = promise;
    this.bound = bound;
  }

  /** Checks a read that was sent at {@code askedNanos} and showed {@code version}. */
  void observed(long user, long version, long askedNanos) {
    long age = ledger.stalenessNanos(user, version, askedNanos);
    reads.incrementAndGet();
    if (age > 0) {
      behind.incrementAndGet();
      stalestNanos.accumulateAndGet(age, Math::max);
      recentNanos.accumulateAndGet(age, Math::max);
    }
  }

  Duration bound() {
    return bound;
  }

  /** Returns the staleness of the stalest read since the last call, in seconds. */
  double flipSeconds() {
    return recentNanos.getAndSet(0) / 1e9;
  }

  Evidence.Staleness evidence() {
    return new Evidence.Staleness(
        title, promise, bound.toNanos() / 1e9, reads.get(), behind.get(), stalestNanos.get() / 1e9);
  }
}
