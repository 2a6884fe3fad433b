// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A server behind a {@link ReadWriteDataSource}: its pool, its counters and its state. */
final class Node {
  private static final int LOST_AFTER_ROUNDS = 2;
  private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
  private static final long MAX_PAUSE_NANOS = 60_000_000_000L;

  final String id;

  final Pool pool;

  private final String poolName;

  final int weight;

  /** Whether this node may be the primary. */
  final boolean mayWrite;

  private final @Nullable Bulkhead bulkhead;
  private final boolean probesItsPool;
  final SeenConnections seen = new SeenConnections();

  /** The connection of the probes; owned by the thread between {@code beginProbe} and its end. */
  final HeldConnection held;

  /** Whether the last log entry about this node called it eligible. */
  final AtomicBoolean reportedEligible = new AtomicBoolean();

  /** Whether the last log entry about this node as the primary called it lost. */
  final AtomicBoolean reportedLost = new AtomicBoolean();

  final LongAdder probeFailures = new LongAdder();

  private final AtomicReference<ProbeState> probe = new AtomicReference<>(ProbeState.NONE);
  private final AtomicLong questions = new AtomicLong();
  private final AtomicReference<NodeState> state = new AtomicReference<>(NodeState.UNKNOWN);
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong given = new AtomicLong();
  private final LongAdder unused = new LongAdder();
  private final AtomicInteger missedRounds = new AtomicInteger();
  private volatile int failedBorrows;
  private volatile long notBeforeNanos = Long.MIN_VALUE;
  private volatile boolean removed;

  Node(NodeOptions options, boolean mayWrite, @Nullable Bulkhead bulkhead) {
    this.id = options.id;
    this.pool = options.pool;
    this.poolName = "data source " + options.dataSource + ": the pool of node " + id;
    DataSource own = options.probeDataSource;
    this.probesItsPool = own == null;
    this.held =
        own == null
            ? new HeldConnection(pool.dataSource, pool.leakLimit())
            : new HeldConnection(own, null);
    this.weight = options.weight;
    this.mayWrite = mayWrite;
    this.bulkhead = bulkhead;
  }

  // What the server said.

  NodeState state() {
    return state.get();
  }

  /** Returns the number of a question that is about to be sent to this node. */
  long nextQuestion() {
    return questions.incrementAndGet();
  }

  /**
   * Takes an answer in, unless a later question has one.
   *
   * @return the state that was replaced; null if it was kept
   */
  @Nullable NodeState answered(
      long question, long arrivedAt, Reading reading, PrimarySamples samples) {
    return replace(question, before -> before.answered(question, arrivedAt, reading, samples));
  }

  void failed(long question, String why) {
    replace(question, before -> before.failed(question, why));
  }

  private @Nullable NodeState replace(long question, UnaryOperator<NodeState> change) {
    while (true) {
      NodeState before = state.get();
      if (before.question >= question) {
        return null;
      }
      if (state.compareAndSet(before, change.apply(before))) {
        return before;
      }
    }
  }

  /** Compares what this node said with newer samples of the primary. */
  void compareWith(PrimarySamples samples) {
    NodeState before = state.get();
    state.compareAndSet(before, before.comparedWith(samples)); // a newer state compared itself
  }

  boolean probesItsPool() {
    return probesItsPool;
  }

  // Probes: at most one is running, or waiting for its executor.

  boolean queueProbe() {
    return probe.compareAndSet(ProbeState.NONE, ProbeState.QUEUED);
  }

  boolean beginQueuedProbe() {
    return probe.compareAndSet(ProbeState.QUEUED, ProbeState.RUNNING);
  }

  /** Begins unless a probe is running. A probe that is waiting will not run. */
  boolean beginInsteadOfProbe() {
    return probe.compareAndSet(ProbeState.NONE, ProbeState.RUNNING) || beginQueuedProbe();
  }

  void endProbe() {
    probe.set(ProbeState.NONE);
  }

  private enum ProbeState {
    NONE,
    QUEUED,
    RUNNING
  }

  // Rounds without an answer.

  /** Ends the count of rounds without an answer, whoever asked. */
  void answeredProbe() {
    missedRounds.set(0);
  }

  /**
   * Counts a round in which this node did not answer.
   *
   * @return whether the node is lost since this round
   */
  boolean missedRound() {
    return missedRounds.incrementAndGet() == LOST_AFTER_ROUNDS;
  }

  /** Returns whether two rounds have begun and this node has answered nothing since. */
  boolean isLost() {
    return missedRounds.get() >= LOST_AFTER_ROUNDS;
  }

  // Connections.

  /** Takes a place in front of the pool, if the pool has a bulkhead. Counts as in flight. */
  void enter() throws SQLException {
    taken.getAndIncrement();
    if (bulkhead != null) {
      try {
        Places.acquire(bulkhead, poolName);
      } catch (SQLException | RuntimeException | Error refused) {
        unused.increment();
        throw refused;
      }
    }
  }

  void leave() {
    if (bulkhead == null) {
      given.getAndIncrement();
    } else {
      bulkhead.release();
    }
  }

  /** Gives a place back whose connection was not bound. */
  void leaveUnused() {
    unused.increment();
    leave();
  }

  /** Returns the number of connections that were bound to this node, or are about to be. */
  long bound() {
    return taken.get() - unused.sum();
  }

  /** Returns the number of connections that are bound to this node now, or wait for its pool. */
  long inFlight() {
    if (bulkhead != null) {
      return (long) bulkhead.inFlight() + bulkhead.waiting();
    }
    long finished = given.get(); // read first, so that the difference is never negative
    return taken.get() - finished;
  }

  /** Returns whether a read would wait for a connection, or threads already wait. */
  boolean isBusy() {
    return (bulkhead != null && bulkhead.available() == 0) || pool.waiting() > 0;
  }

  /** Puts the node aside after a connection that could not be used: 1 s, doubled up to a minute. */
  void borrowFailed(long nowNanos) {
    if (isAside(nowNanos)) {
      return; // a thread that began to wait before
    }
    int failures = failedBorrows;
    long pause = Math.min(MAX_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures, 6));
    notBeforeNanos = nowNanos + pause;
    failedBorrows = failures + 1;
  }

  void borrowed() {
    if (failedBorrows != 0) {
      failedBorrows = 0;
      notBeforeNanos = Long.MIN_VALUE;
    }
  }

  boolean isAside(long nowNanos) {
    return nowNanos < notBeforeNanos;
  }

  void remove() {
    removed = true;
  }

  boolean isRemoved() {
    return removed;
  }

  @Override
  public String toString() {
    return id;
  }
}
