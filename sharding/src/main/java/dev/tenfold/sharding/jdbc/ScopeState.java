// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What a consistency scope has seen. The state is one immutable object, which threads replace by
 * compare-and-set.
 *
 * <p><em>Since</em> is how many questions had been sent when the last operation of the scope ended;
 * 0 if none has ended. A standby that reaches a later sample of the primary has everything that the
 * scope wrote or read. The <em>own node</em> is the standby that served all operations since it was
 * bound. It was eligible then, and a standby only goes forward, so it needs no later sample; but it
 * goes back if it crashes. So only those of its connections count that had been opened before an
 * operation on it began that succeeded: they end with a crash, as the connection of the operation
 * did not.
 *
 * <p>A scope that was opened with a token has a floor besides: the position of the token.
 */
final class ScopeState {
  private static final VarHandle SEEN = handle("seen", Seen.class);
  private static final VarHandle OPEN_TRANSACTIONS = handle("openTransactions", int.class);
  private static final VarHandle FLOOR = handle("floor", Token.Entry.class);

  private volatile Seen seen = Seen.NOTHING;
  private volatile int openTransactions;
  private volatile Token.@Nullable Entry floor;
  private volatile long timelineAwaited;

  private static VarHandle handle(String field, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(ScopeState.class, field, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What the scope has seen at one moment. */
  static final class Seen {
    private static final Seen NOTHING = new Seen(0, null, 0, false);

    /** How many questions had been sent when the last operation ended; 0 if none has. */
    final long since;

    private final @Nullable Node own;
    private final long ownNumber; // connections with this number or a lower one have its life
    private final boolean ownHasServed;

    private Seen(long since, @Nullable Node own, long ownNumber, boolean ownHasServed) {
      this.since = since;
      this.own = own;
      this.ownNumber = ownNumber;
      this.ownHasServed = ownHasServed;
    }

    private Seen justNow(long started) {
      return new Seen(Math.max(since, started), null, 0, false);
    }

    /** Returns whether a standby needs no later sample, if its connection is old enough. */
    boolean isOwn(Node node) {
      return own == node && ownHasServed;
    }

    /** Returns whether a connection of the own node has the life that served the scope. */
    boolean hasLifeOf(SeenConnections.Seen connection) {
      return ownHasServed && connection.number <= ownNumber;
    }
  }

  /** Returns what the scope has seen. Pass it to {@link #accepts} and {@link #bind}. */
  Seen seen() {
    return seen;
  }

  /** Returns the position that replicas must have replayed, from tokens; null if there is none. */
  Token.@Nullable Entry floor() {
    return floor;
  }

  /** Returns whether a replica has to catch up with anything. */
  boolean hasFloor() {
    return floor != null || seen.since != 0;
  }

  /** Returns whether a standby has what the scope has seen. */
  boolean accepts(Seen seen, Node node, NodeState state) {
    return (reaches(seen, state) || seen.isOwn(node)) && state.hasReplayed(floor);
  }

  /** Returns whether a standby has it by what it said, whichever of its connections is used. */
  static boolean reaches(Seen seen, NodeState state) {
    return seen.since == 0 || state.reached > seen.since;
  }

  /**
   * Makes a node the own node of the scope, unless it is that already.
   *
   * @param expected what the scope had seen when the node was accepted
   * @param reaches whether the node was accepted by what it said
   * @param started how many questions have been sent by now
   * @return false if the scope has seen something else meanwhile
   */
  boolean bind(Seen expected, Node node, boolean reaches, long started) {
    if (!reaches) {
      return seen == expected; // the own node
    }
    Seen bound = new Seen(expected.since, node, started, false);
    return SEEN.compareAndSet(this, expected, bound);
  }

  /**
   * Notes that an operation has shown or written something.
   *
   * @param node where it ran
   * @param began how many questions had been sent when it began
   * @param started how many questions have been sent by now
   */
  void ended(Node node, long began, long started) {
    while (true) {
      Seen before = seen;
      Seen after = after(before, node, began, started);
      if (after == before || SEEN.compareAndSet(this, before, after)) {
        return;
      }
    }
  }

  private static Seen after(Seen before, Node node, long began, long started) {
    if (before.own != node || began < before.ownNumber) { // perhaps another life of the node
      return before.own == null && before.since >= started ? before : before.justNow(started);
    }
    boolean same = before.ownHasServed && before.ownNumber == began && before.since >= started;
    return same ? before : new Seen(Math.max(before.since, started), node, began, true);
  }

  /** Notes that an operation on a standby failed: the server may have crashed. */
  void failed(Node node) {
    Seen before = seen;
    while (before.own == node
        && !SEEN.compareAndSet(this, before, new Seen(before.since, null, 0, false))) {
      before = seen;
    }
  }

  /** Counts everything up to now as written: only a later sample will do. */
  void justNow(long started) {
    Seen before;
    do {
      before = seen;
    } while (!SEEN.compareAndSet(this, before, before.justNow(started)));
  }

  void raiseFloor(Token.Entry position) {
    Token.Entry before;
    Token.Entry after;
    do {
      before = floor;
      after = before == null ? position : before.max(position);
    } while (!FLOOR.compareAndSet(this, before, after));
  }

  /** Returns whether this is the first call for a timeline: then it is worth waiting for it. */
  boolean awaitsTimeline(long timeline) {
    boolean first = timelineAwaited < timeline;
    timelineAwaited = timeline;
    return first;
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
