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
  private final boolean servedByStandbys;
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong fromStandbys = new AtomicLong();
  private final AtomicLong behind = new AtomicLong();
  private final AtomicLong stalestNanos = new AtomicLong();
  private final AtomicLong recentNanos = new AtomicLong();

  /**
   * Prepares the watch.
   *
   * @param servedByStandbys whether at least one of these reads must be served by a standby
   */
  StalenessWatch(
      VersionLedger ledger,
      String title,
      String promise,
      Duration bound,
      boolean servedByStandbys) {
    this.ledger = ledger;
    this.title = title;
    this.promise = promise;
    this.bound = bound;
    this.servedByStandbys = servedByStandbys;
  }

  /** Checks a read that was sent at {@code askedNanos} and showed {@code version}. */
  void observed(long user, long version, long askedNanos, boolean fromStandby) {
    long age = ledger.stalenessNanos(user, version, askedNanos);
    reads.incrementAndGet();
    if (fromStandby) {
      fromStandbys.incrementAndGet();
    }
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
        title,
        promise,
        bound.toNanos() / 1e9,
        reads.get(),
        servedByStandbys,
        fromStandbys.get(),
        behind.get(),
        stalestNanos.get() / 1e9);
  }
}
