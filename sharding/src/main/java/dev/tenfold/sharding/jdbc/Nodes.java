// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a data source, what is known of them, and the selection of the node for a read. A
 * selection never blocks and allocates nothing.
 */
final class Nodes {
  /** The bits of a long: one per node. */
  static final int MAX_NODES = 64;

  private static final long LOW_32_BITS = 0xFFFF_FFFFL;
  static final long ANY_STALENESS = Long.MAX_VALUE;
  private static final int NONE = -1;

  final String name;

  private final long maxStalenessNanos;
  private final boolean readsOutliveThePrimary;
  private final TimeSource time;
  private final long originNanos;
  private final @Nullable RandomGenerator random;
  private final NodeLog log;

  /**
   * How many questions have been sent, to nodes that may be the primary and to new connections.
   * Starts at 1: 0 is "none" in a scope.
   */
  private final AtomicLong started = new AtomicLong(1);

  private final AtomicReference<PrimarySamples> samples =
      new AtomicReference<>(PrimarySamples.none());
  private final AtomicReference<Members> members;
  private final LongAdder removedBindings = new LongAdder();

  /** The auto-commit mode in which the pools lend connections; null until it is known. */
  private volatile @Nullable Boolean autoCommit;

  private volatile boolean closed;

  Nodes(
      String name,
      List<Node> nodes,
      long maxStalenessNanos,
      boolean readsOutliveThePrimary,
      TimeSource time,
      @Nullable RandomGenerator random,
      NodeLog log) {
    this.name = name;
    this.members = new AtomicReference<>(Members.of(nodes));
    this.maxStalenessNanos = maxStalenessNanos;
    this.readsOutliveThePrimary = readsOutliveThePrimary;
    this.time = time;
    this.originNanos = time.nanoTime();
    this.random = random;
    this.log = log;
  }

  /**
   * Returns the time since this object was created: 0 or more, whatever the origin of the source.
   */
  long nowNanos() {
    return time.nanoTime() - originNanos;
  }

  long maxStalenessNanos() {
    return maxStalenessNanos;
  }

  /** Returns what a read accepts that may have a bound of its own. */
  long maxStalenessNanos(@Nullable Staleness bound) {
    return bound == null ? maxStalenessNanos : Math.min(maxStalenessNanos, bound.maxNanos());
  }

  Members members() {
    return members.get();
  }

  PrimarySamples samples() {
    return samples.get();
  }

  /** Returns how many questions have been sent. */
  long started() {
    return started.get();
  }

  /**
   * Returns the number of a question that is about to be sent to a node that may be the primary.
   */
  long nextSample() {
    return started.incrementAndGet();
  }

  /** Returns whether a pool is known to lend SERIALIZABLE connections. */
  boolean serializableByDefault() {
    return members.get().serializableByDefault;
  }

  @Nullable Boolean autoCommit() {
    return autoCommit;
  }

  /**
   * Notes the auto-commit mode in which a pool lends connections.
   *
   * @throws SQLException if another pool has the other mode
   */
  void requireAutoCommit(Node node, boolean mode) throws SQLException {
    Boolean expected = autoCommit;
    if (expected == null) {
      autoCommit = mode;
    } else if (expected != mode) {
      throw new SQLException(
          "data source "
              + name
              + ": the pool of node "
              + node
              + " has autoCommit="
              + mode
              + ", and another pool has autoCommit="
              + expected
              + "; they must agree",
          "HY000");
    }
  }

  /** Compares the mode that a pool is known to have, if it is known, with that of the others. */
  void requireKnownAutoCommit(Node node) {
    Boolean known = node.pool.autoCommit();
    if (known != null) {
      try {
        requireAutoCommit(node, known);
      } catch (SQLException disagreement) {
        throw new IllegalArgumentException(disagreement.getMessage(), disagreement);
      }
    }
  }

  void close() {
    closed = true;
  }

  boolean closed() {
    return closed;
  }

  // What the nodes say.

  /**
   * Takes an answer in.
   *
   * @param node who answered
   * @param question the number of the question to this node
   * @param sample the number of the question to the primary; 0 if the node cannot be the primary
   * @param askedNanos the moment before the question
   * @param reading the answer
   */
  void answered(Node node, long question, long sample, long askedNanos, Reading reading) {
    long answered = started.get();
    NodeState before = node.answered(question, answered, reading, samples.get());
    if (before == null) {
      return;
    }
    if (before.reading != null && !before.server().equals(reading.server())) {
      log.serverChanged(node, before.reading, reading);
      node.held.renew();
      node.pool.evictSoftly();
    }
    log.pooled(node, reading);
    review();
    if (sample > 0 && node == members.get().primary && !reading.standby()) {
      PrimarySamples after =
          samples.updateAndGet(known -> known.plus(sample, answered, askedNanos, reading));
      for (Node reader : members.get().readers) {
        reader.compareWith(after);
      }
    }
  }

  /** Notes that a question has no answer. */
  void failed(Node node, long question, Throwable failure) {
    node.probeFailures.increment();
    node.failed(question, "its probe failed: " + failure.getMessage());
    log.probeFailed(node, failure);
  }

  private void review() {
    change(Members::reviewed);
  }

  /** Changes the members. The winner of a race tells what changed. */
  private void change(UnaryOperator<Members> change) {
    while (true) {
      Members before = members.get();
      Members after = change.apply(before);
      if (after.hasSameRolesAs(before)) {
        return;
      }
      if (members.compareAndSet(before, after)) {
        log.membersChanged(before, after);
        Node old = before.primary;
        if (old != null && old != after.primary) {
          old.pool.evictSoftly();
        }
        return;
      }
    }
  }

  // Which nodes there are.

  void add(Node node) {
    change(before -> {
      if (before.find(node.id) != null || before.all.size() >= MAX_NODES) {
        throw new IllegalArgumentException(
            "data source "
                + name
                + (before.find(node.id) != null
                    ? " has a node " + node.id + " already"
                    : " has " + MAX_NODES + " nodes, the most"));
      }
      List<Node> all = new ArrayList<>(before.all);
      all.add(node);
      return before.with(all);
    });
  }

  /**
   * Returns how many connections were bound to the present nodes and to those that were removed.
   */
  long bindings() {
    long sum = removedBindings.sum();
    for (Node node : members.get().all) {
      sum += node.bound();
    }
    return sum;
  }

  void remove(Node node) {
    node.remove();
    removedBindings.add(node.bound());
    change(before -> {
      List<Node> all = new ArrayList<>(before.all);
      all.remove(node);
      return before.with(all);
    });
  }

  void override(Node node) {
    Members before = members.get();
    Members after = before.overridden(node);
    if (before.primary != null || after.primary != node) {
      throw new IllegalStateException(
          "node "
              + node
              + " of data source "
              + name
              + " cannot be made the primary: "
              + (before.problem == null
                  ? "node " + before.primary + " is it, and nothing has to be decided"
                  : before.problem));
    }
    change(current -> current.overridden(node));
  }

  @Nullable Node find(String id) {
    return members.get().find(id);
  }

  // The node for a read.

  /** Returns whether a read may be served though nobody knows how stale it is. */
  private boolean acceptsAnyStaleness(Members now, @Nullable Staleness bound) {
    return bound == null && readsOutliveThePrimary && now.lastPrimary.isLost();
  }

  /**
   * Returns the route to a replica for a read; null if no replica is eligible. A replica of unknown
   * staleness serves only if no other one does. The parameters are those of {@link #select}.
   *
   * @param bound what the read accepts; null for the bound of this data source
   */
  @Nullable Route replicaRoute(
      Members now,
      long nowNanos,
      @Nullable Staleness bound,
      @Nullable ScopeState scope,
      ScopeState.@Nullable Seen seen,
      long tried) {
    int reader = select(now.readers, nowNanos, maxStalenessNanos(bound), scope, seen, tried);
    if (reader >= 0) {
      return now.replicaRoute(reader, false);
    }
    if (acceptsAnyStaleness(now, bound)) {
      reader = select(now.readers, nowNanos, ANY_STALENESS, scope, seen, tried);
    }
    return reader < 0 ? null : now.replicaRoute(reader, true);
  }

  /**
   * Returns whether a node may serve a read.
   *
   * @param maxStalenessNanos what the read accepts; {@link #ANY_STALENESS} if it accepts any
   * @param scope the scope of the read; null if it has none
   * @param seen what the scope has seen; null if there is no scope
   */
  static Eligibility eligibility(
      Node node,
      NodeState state,
      long nowNanos,
      long maxStalenessNanos,
      @Nullable ScopeState scope,
      ScopeState.@Nullable Seen seen) {
    if (!state.answers()) {
      return Eligibility.UNKNOWN;
    }
    if (maxStalenessNanos != ANY_STALENESS && !state.isStaleAtMost(maxStalenessNanos, nowNanos)) {
      return state.freshAsOfNanos == PrimarySamples.NEVER ? Eligibility.UNKNOWN : Eligibility.STALE;
    }
    if (scope != null && seen != null && !scope.accepts(seen, node, state)) {
      return Eligibility.BEHIND;
    }
    return node.isAside(nowNanos) ? Eligibility.ASIDE : Eligibility.ELIGIBLE;
  }

  /**
   * Returns the index of the less loaded of two random eligible readers; {@link #NONE} if no reader
   * is eligible. A reader whose pool is busy counts only if all of them are. The parameters are
   * those of {@link #eligibility}.
   *
   * @param tried the bits of the readers that were tried in vain
   */
  private int select(
      Node[] readers,
      long nowNanos,
      long maxStalenessNanos,
      @Nullable ScopeState scope,
      ScopeState.@Nullable Seen seen,
      long tried) {
    long eligible = 0;
    for (int i = 0; i < readers.length; i++) {
      long bit = 1L << i;
      if ((tried & bit) == 0
          && eligibility(readers[i], readers[i].state(), nowNanos, maxStalenessNanos, scope, seen)
              == Eligibility.ELIGIBLE) {
        eligible |= bit;
      }
    }
    if (eligible == 0) {
      return NONE;
    }
    long bits = random == null ? mixed(nowNanos) : random.nextLong();
    int chosen = lessLoadedOfTwo(readers, eligible, bits);
    long free = readers[chosen].isBusy() ? free(readers, eligible) : 0;
    return free == 0 ? chosen : lessLoadedOfTwo(readers, free, bits);
  }

  /** Returns the candidates whose pools are not busy. */
  private static long free(Node[] readers, long candidates) {
    long free = candidates;
    for (int i = 0; i < readers.length; i++) {
      free &= readers[i].isBusy() ? ~(1L << i) : -1;
    }
    return free;
  }

  private static int lessLoadedOfTwo(Node[] readers, long candidates, long random) {
    int count = Long.bitCount(candidates);
    if (count == 1) {
      return Long.numberOfTrailingZeros(candidates);
    }
    int first = below(count, random >>> 32);
    int second = below(count - 1, random & LOW_32_BITS);
    second += second >= first ? 1 : 0;
    first = bit(candidates, first);
    second = bit(candidates, second);
    return lessLoaded(readers[first], readers[second]) ? first : second;
  }

  /** Makes random bits of a clock reading, which differs from read to read (SplitMix64). */
  private static long mixed(long nanos) {
    long z = (nanos ^ (nanos >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static int below(int bound, long bits32) {
    return (int) ((bits32 * bound) >>> 32);
  }

  /** Returns the index of the n-th set bit. */
  private static int bit(long bits, int n) {
    long rest = bits;
    for (int i = 0; i < n; i++) {
      rest &= rest - 1;
    }
    return Long.numberOfTrailingZeros(rest);
  }

  /**
   * Returns whether the first node has less in flight for its weight. Ties go to the first, which
   * is random.
   */
  private static boolean lessLoaded(Node first, Node second) {
    return second.inFlight() * first.weight >= first.inFlight() * second.weight;
  }
}
