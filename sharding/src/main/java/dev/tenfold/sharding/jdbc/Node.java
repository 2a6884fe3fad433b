// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;

/**
 * A server behind a {@link ReadWriteDataSource}: its data source, its counters and its staleness.
 */
final class Node {
  final String id;
  final DataSource dataSource;
  final boolean replica;
  final int weight;

  /** Whether a probe of this node is running. At most one is. */
  final AtomicBoolean probing = new AtomicBoolean();

  /** Whether the last log entry about this replica called it eligible. */
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

  /** Returns the number of connections that were bound to this node. */
  long bound() {
    return bound.get();
  }

  /** Returns the number of connections that are bound to this node now. */
  long inFlight() {
    long finished = released.get(); // read first, so that the difference is never negative
    return bound.get() - finished;
  }

  /**
   * Sets the moment up to which readers see every commit, from {@link PrimarySamples#freshAsOf}.
   */
  void freshAsOf(long nanos) {
    freshAsOfNanos = nanos;
  }

  /** Makes the staleness unknown until the next good probe. */
  void putAside() {
    freshAsOfNanos = PrimarySamples.NEVER;
  }

  /**
   * Returns the most that this node can be behind the primary, or -1 if that is unknown. At least
   * 0, because a probe can be newer than {@code nowNanos}.
   */
  long stalenessNanos(long nowNanos) {
    long asOf = freshAsOfNanos;
    return asOf == PrimarySamples.NEVER ? -1 : Math.max(0, nowNanos - asOf);
  }

  /** Returns whether the staleness is known and at most a maximum. */
  boolean isStaleAtMost(long maxStalenessNanos, long nowNanos) {
    long staleness = stalenessNanos(nowNanos);
    return staleness >= 0 && staleness <= maxStalenessNanos;
  }

  @Override
  public String toString() {
    return id;
  }
}
