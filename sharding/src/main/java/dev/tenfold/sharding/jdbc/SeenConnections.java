// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The physical connections of a node that were asked who their server is. Connections are held
 * weakly and compared by identity. A look-up takes no lock and allocates nothing; an insertion
 * copies the table, which has one entry for each connection of the pool, and drops those that were
 * collected.
 */
final class SeenConnections {
  private static final int MIN_SLOTS = 16;

  private final AtomicReference<@Nullable Seen[]> table =
      new AtomicReference<>(new Seen[MIN_SLOTS]);

  /** Returns what is known of a connection; null if it was never asked. */
  @Nullable Seen find(Object connection) {
    @Nullable Seen[] slots = table.get();
    int mask = slots.length - 1;
    for (int i = slot(connection, mask); ; i = (i + 1) & mask) {
      Seen seen = slots[i];
      if (seen == null || seen.refersTo(connection)) {
        return seen;
      }
    }
  }

  void add(Seen added) {
    @Nullable Seen[] before;
    @Nullable Seen[] after;
    do {
      before = table.get();
      List<Seen> live = new ArrayList<>();
      for (Seen seen : before) {
        if (seen != null && !seen.refersTo(null)) {
          live.add(seen);
        }
      }
      live.add(added);
      int slots = Math.max(MIN_SLOTS, Integer.highestOneBit(live.size()) * 4);
      after = new Seen[slots];
      for (Seen seen : live) {
        place(seen, after);
      }
    } while (!table.compareAndSet(before, after));
  }

  private static void place(Seen seen, @Nullable Seen[] slots) {
    int mask = slots.length - 1;
    int i = seen.hash & mask;
    while (slots[i] != null) {
      i = (i + 1) & mask;
    }
    slots[i] = seen;
  }

  private static int slot(Object connection, int mask) {
    return hash(connection) & mask;
  }

  private static int hash(Object connection) {
    int hash = System.identityHashCode(connection);
    return hash ^ (hash >>> 16);
  }

  /** What a physical connection said when it was asked. */
  static final class Seen extends WeakReference<Object> {
    private final int hash;

    /** The server at the other end; empty if the probe failed for a reason of its own. */
    private final String server;

    /** The number of the question to this connection, in the order of the primary's questions. */
    final long number;

    Seen(Object connection, String server, long number) {
      super(connection);
      this.hash = hash(connection);
      this.server = server;
      this.number = number;
    }

    /** Returns whether the server at the other end is a certain one, or nobody knows. */
    @SuppressWarnings("ReferenceEquality") // usually one object
    boolean isOf(String other) {
      return server == other || server.isEmpty() || server.equals(other);
    }
  }
}
