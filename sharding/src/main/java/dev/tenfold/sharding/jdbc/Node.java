// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;

/**
 * One server behind a {@link ReadWriteDataSource}: where to connect to, its counters, its
 * freshness.
 */
final class Node {
  final String id;
  final DataSource dataSource;
  final boolean replica;
  final int weight;

  /** Whether a probe is on its way; at most one is. */
  final AtomicBoolean probing = new AtomicBoolean();

  /** What the log last said about it. */
  final AtomicBoolean reportedEligible = new AtomicBoolean();

  final LongAdder probeFailures = new LongAdder();

  private final AtomicLong bound = new AtomicLong();
  private final AtomicLong released = new AtomicLong();
  private volatile long freshAsOfNanos = PrimarySamples.NEVER;

  Node(String id, DataSource dataSource, boolean replica, int weight) {
    this.id = id;
    this.dataSource = dataSource;
    this.replica = replica;
    this.weight = weight;
  }

  void countBound() {
    bound.getAndIncrement();
  }

  void countReleased() {
    released.getAndIncrement();
  }

  long bound() {
    return bound.get();
  }

  long inFlight() {
    long gone = released.get(); // first, so that the difference is never negative
    return bound.get() - gone;
  }

  void freshAsOf(long nanos) {
    freshAsOfNanos = nanos;
  }

  /** Forgets how fresh it is, until the next good probe. */
  void putAside() {
    freshAsOfNanos = PrimarySamples.NEVER;
  }

  /**
   * Returns how far behind it may be at most, or -1 if that is unknown. A probe may be newer than
   * the caller's reading of the clock.
   */
  long stalenessNanos(long nowNanos) {
    long asOf = freshAsOfNanos;
    return asOf == PrimarySamples.NEVER ? -1 : Math.max(0, nowNanos - asOf);
  }

  boolean within(long maxStalenessNanos, long nowNanos) {
    long staleness = stalenessNanos(nowNanos);
    return staleness >= 0 && staleness <= maxStalenessNanos;
  }

  @Override
  public String toString() {
    return id;
  }
}
