// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.TimeSource;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * The primary and its replicas, and the selection of the node for a read. Never blocks, allocates
 * nothing.
 */
final class Nodes {
  /** The bits of a long: one per replica. */
  static final int MAX_REPLICAS = 64;

  final String name;
  final Node primary;
  final List<Node> replicas;
  final LongAdder fallbacks = new LongAdder();

  private final long maxStalenessNanos;
  private final TimeSource time;
  private final long originNanos;
  private final RandomGenerator random;
  private volatile boolean closed;

  Nodes(
      String name,
      Node primary,
      List<Node> replicas,
      long maxStalenessNanos,
      TimeSource time,
      RandomGenerator random) {
    this.name = name;
    this.primary = primary;
    this.replicas = List.copyOf(replicas);
    this.maxStalenessNanos = maxStalenessNanos;
    this.time = time;
    this.originNanos = time.nanoTime();
    this.random = random;
  }

  /**
   * Returns the time since this object was created: 0 or more, whatever the origin of the source.
   */
  long nowNanos() {
    return time.nanoTime() - originNanos;
  }

  /**
   * Returns whether a replica can serve reads: its staleness is known and not above the maximum.
   */
  boolean isEligible(Node replica, long nowNanos) {
    return replica.isStaleAtMost(maxStalenessNanos, nowNanos);
  }

  void close() {
    closed = true;
  }

  boolean closed() {
    return closed;
  }

  /**
   * Returns the less loaded of two random eligible replicas, or the primary if no replica is
   * eligible, which is counted.
   */
  Node forRead() {
    long now = nowNanos();
    long eligible = 0;
    for (int i = 0; i < replicas.size(); i++) {
      if (isEligible(replicas.get(i), now)) {
        eligible |= 1L << i;
      }
    }
    if (eligible == 0) {
      fallbacks.increment();
      return primary;
    }
    int count = Long.bitCount(eligible);
    if (count == 1) {
      return replicas.get(Long.numberOfTrailingZeros(eligible));
    }
    int first = random.nextInt(count);
    int second = random.nextInt(count - 1);
    second += second >= first ? 1 : 0;
    return lessLoaded(replicas.get(bit(eligible, first)), replicas.get(bit(eligible, second)));
  }

  /** Returns the index of the n-th set bit. */
  private static int bit(long bits, int n) {
    long rest = bits;
    for (int i = 0; i < n; i++) {
      rest &= rest - 1;
    }
    return Long.numberOfTrailingZeros(rest);
  }

  /** Returns the node with less in flight for its weight. Ties go to the first, which is random. */
  private static Node lessLoaded(Node first, Node second) {
    return second.inFlight() * first.weight < first.inFlight() * second.weight ? second : first;
  }
}
