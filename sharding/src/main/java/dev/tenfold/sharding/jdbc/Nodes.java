// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.TimeSource;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/** The primary and its replicas, and the choice between them. Never blocks, allocates nothing. */
final class Nodes {
  /** One bit of a long per replica. */
  static final int MOST_REPLICAS = 64;

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

  /** Returns the time since these nodes were made: 0 or more, whatever the source's origin is. */
  long nowNanos() {
    return time.nanoTime() - originNanos;
  }

  boolean eligible(Node replica, long nowNanos) {
    return replica.within(maxStalenessNanos, nowNanos);
  }

  void close() {
    closed = true;
  }

  boolean closed() {
    return closed;
  }

  /** Returns an eligible replica, or the primary, counted, if there is none. */
  Node forRead() {
    long now = nowNanos();
    long eligible = 0;
    for (int i = 0; i < replicas.size(); i++) {
      if (eligible(replicas.get(i), now)) {
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
    int one = random.nextInt(count);
    int other = random.nextInt(count - 1);
    other += other >= one ? 1 : 0;
    return lessLoaded(replicas.get(bit(eligible, one)), replicas.get(bit(eligible, other)));
  }

  /** Returns the index of the n-th set bit. */
  private static int bit(long bits, int n) {
    long rest = bits;
    for (int i = 0; i < n; i++) {
      rest &= rest - 1;
    }
    return Long.numberOfTrailingZeros(rest);
  }

  /** Compares in-flight over weight; a tie goes to the one drawn first, which is random. */
  private static Node lessLoaded(Node one, Node other) {
    return other.inFlight() * one.weight < one.inFlight() * other.weight ? other : one;
  }
}
