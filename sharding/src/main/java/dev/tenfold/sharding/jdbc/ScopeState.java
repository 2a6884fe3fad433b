// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What a consistency scope has seen, in one long, which threads change by compare-and-set.
 *
 * <p>The upper 48 bits are <em>since</em>: how many questions had been sent to the primary when the
 * last operation of the scope ended; 0 if none has ended. A standby that reaches a later sample has
 * everything that the scope wrote or read. The lower 16 bits are the number of the scope's <em>own
 * node</em>: the node that served all operations since the scope was bound to it; 0 if there is
 * none. It was eligible then, and a standby only goes forward, so it needs no later sample.
 *
 * <p>A scope that was opened with a token has a floor besides: the position of the token.
 */
final class ScopeState {
  private static final VarHandle SEEN = handle("seen", long.class);
  private static final VarHandle OPEN_TRANSACTIONS = handle("openTransactions", int.class);
  private static final VarHandle FLOOR = handle("floor", Floor.class);
  private static final int NODE_BITS = 16;
  private static final long NODE_MASK = (1L << NODE_BITS) - 1;

  private volatile long seen;
  private volatile int openTransactions;
  private volatile @Nullable Floor floor;

  private static VarHandle handle(String field, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(ScopeState.class, field, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A position that replicas must have replayed, from a token. */
  record Floor(long timeline, long offset) {

    Floor max(Floor other) {
      return new Floor(
          Math.max(timeline, other.timeline),
          Long.compareUnsigned(offset, other.offset) >= 0 ? offset : other.offset);
    }
  }

  /** Returns what the scope has seen. Pass it to {@link #accepts} and {@link #bind}. */
  long seen() {
    return seen;
  }

  /** Returns the number of questions that had been sent when the last operation ended. */
  static long since(long seen) {
    return seen >>> NODE_BITS;
  }

  /** Returns whether a node is the own node of the scope. */
  static boolean isOwn(long seen, Node node) {
    return (seen & NODE_MASK) == node.number;
  }

  @Nullable Floor floor() {
    return floor;
  }

  /** Returns whether a replica has to catch up with anything. */
  boolean hasFloor() {
    return floor != null || since(seen) != 0;
  }

  /** Returns whether a standby has what the scope has seen. */
  boolean accepts(long seen, Node node, NodeState state) {
    long since = since(seen);
    return (since == 0 || state.reached > since || isOwn(seen, node)) && isAboveFloor(state);
  }

  private boolean isAboveFloor(NodeState state) {
    Floor required = floor;
    if (required == null) {
      return true;
    }
    LagProbe.Reading reading = state.reading;
    return reading != null
        && reading.position().timeline() >= required.timeline
        && Long.compareUnsigned(reading.position().offset(), required.offset) >= 0;
  }

  /**
   * Makes a node the own node of the scope.
   *
   * @param expected what the scope had seen when the node was accepted
   * @return false if the scope has seen something else meanwhile
   */
  boolean bind(long expected, Node node) {
    long bound = (expected & ~NODE_MASK) | node.number;
    return bound == expected ? seen == expected : SEEN.compareAndSet(this, expected, bound);
  }

  /**
   * Notes that an operation has ended, whether it returned or threw.
   *
   * @param node where it ran
   * @param started how many questions have been sent to the primary by now
   */
  void ended(Node node, long started) {
    while (true) {
      long before = seen;
      long own = isOwn(before, node) ? node.number : 0;
      long after = Math.max(since(before), started) << NODE_BITS | own;
      if (after == before || SEEN.compareAndSet(this, before, after)) {
        return;
      }
    }
  }

  /** Counts everything up to now as written: only a later sample will do. */
  void justNow(long started) {
    while (true) {
      long before = seen;
      long after = Math.max(since(before), started) << NODE_BITS;
      if (after == before || SEEN.compareAndSet(this, before, after)) {
        return;
      }
    }
  }

  void raiseFloor(Floor position) {
    Floor before;
    Floor after;
    do {
      before = floor;
      after = before == null ? position : before.max(position);
    } while (!FLOOR.compareAndSet(this, before, after));
  }

  // Transactions.

  void transactionBegan() {
    OPEN_TRANSACTIONS.getAndAdd(this, 1);
  }

  void transactionEnded() {
    OPEN_TRANSACTIONS.getAndAdd(this, -1);
  }

  boolean hasOpenTransaction() {
    return openTransactions > 0;
  }
}
