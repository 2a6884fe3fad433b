// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Probes the nodes in rounds, in the background: the primary first, then the others at the same
 * time. {@link NodeProbe} asks, and {@link Nodes} decides what the answers mean.
 *
 * <p>The next scheduled round is scheduled before a round begins, and a node whose probe is still
 * running is left out. So a probe that hangs delays no other node. If the time source cannot
 * schedule, the rounds stop until the next {@code getConnection}. Besides, scopes demand rounds:
 * one is in flight, one may follow, and two begin at least 5 ms apart.
 */
final class LagProber {
  private static final long MIN_GAP_NANOS = 5_000_000;
  private static final long BUSY_GAP_NANOS = 100_000_000;
  private static final int IDLE = 0;

  /** A round will begin: it covers what ends before. */
  private static final int LAUNCHED = 1;

  private static final int IN_FLIGHT = 2;
  private static final int FOLLOWED = 3;

  private final Nodes nodes;
  private final NodeProbe probe;
  private final NodeLog log;
  private final TimeSource time;
  private final long intervalNanos;
  private final long timeoutNanos;
  private final Executor executor;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicInteger demand = new AtomicInteger(IDLE);
  private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();
  private volatile long demandedNanos = -MIN_GAP_NANOS;
  private volatile boolean rolesKnown;

  /** How many questions had been sent before the one that the primary is to answer; -1: none. */
  private volatile long underWayAfter = -1;

  private volatile TimeSource.@Nullable Timer timer;

  LagProber(
      Nodes nodes,
      NodeProbe probe,
      NodeLog log,
      TimeSource time,
      long intervalNanos,
      long timeoutNanos,
      Executor executor) {
    this.nodes = nodes;
    this.probe = probe;
    this.log = log;
    this.time = time;
    this.intervalNanos = intervalNanos;
    this.timeoutNanos = timeoutNanos;
    this.executor = executor;
  }

  /** Schedules the first round, or throws what the time source throws. */
  void start() {
    running.set(true);
    schedule(0);
  }

  /**
   * Schedules a round if the rounds have stopped. Called per connection, so it reads before it
   * writes.
   */
  void resume() {
    if (!running.get() && !running.getAndSet(true)) {
      scheduleNext(0);
    }
  }

  /** Stops the rounds and gives back the connections that are held. */
  void stop() {
    TimeSource.Timer pending = timer;
    if (pending != null) {
      pending.cancel();
    }
    for (Node node : nodes.members().all) {
      release(node);
    }
  }

  /** Gives back the connection that is held for a node, now or when its probe ends. */
  void release(Node node) {
    if (node.beginInsteadOfProbe()) {
      node.held.release();
      node.endProbe();
    }
  }

  // Scheduled rounds.

  private void schedule(long delayNanos) {
    timer = time.schedule(delayNanos, this::startRound, this::round);
    if (nodes.closed()) {
      stop();
    }
  }

  private void scheduleNext(long delayNanos) {
    try {
      schedule(delayNanos);
    } catch (RuntimeException | Error failure) {
      running.set(false);
      nodes.members().all.get(0).probeFailures.increment();
    }
  }

  /**
   * Runs on the timer, which calls no executor of a user: that may block. Schedules the next round
   * first, so that this one cannot prevent it.
   */
  private void startRound(Runnable round) {
    if (!nodes.closed()) {
      scheduleNext(intervalNanos);
      time.handOver().execute(() -> execute(nodes.members().all.get(0), round));
    }
  }

  private void round() {
    Members now = nodes.members();
    Node primary = now.primary;
    if (primary != null) {
      countRound(primary, primary.queueProbe() && runQueued(primary));
    }
    for (Node node : now.all) {
      if (node != primary) {
        reportEligibility(node);
        probeLater(node, true);
      }
    }
  }

  /**
   * Counts a scheduled round. One that a running probe did not let begin counts like one without an
   * answer: if the probe does not hang, its answer ends the count.
   */
  private void countRound(Node node, boolean answered) {
    if (!answered && node.missedRound() && node == nodes.members().primary) {
      node.reportedLost.set(true);
      log.primaryLost(node);
    }
  }

  private void answered(Node node) {
    node.answeredProbe();
    if (node.reportedLost.getAndSet(false) && node == nodes.members().primary) {
      log.primaryRecovered(node);
    }
  }

  private void probeLater(Node node, boolean scheduled) {
    boolean started = false;
    if (node.queueProbe()) {
      try {
        started =
            execute(
                node,
                () -> {
                  boolean answered = runQueued(node);
                  if (scheduled) {
                    countRound(node, answered);
                  }
                  reportEligibility(node);
                });
      } finally { // an executor that cannot start a thread throws an Error
        if (!started) {
          node.endProbe();
        }
      }
    }
    if (!started && scheduled) {
      countRound(node, false);
    }
  }

  private boolean execute(Node node, Runnable task) {
    try {
      executor.execute(task);
      return true;
    } catch (RejectedExecutionException busy) {
      node.probeFailures.increment();
      return false;
    }
  }

  /** Runs a probe that was queued, and returns whether the node answered. */
  private boolean runQueued(Node node) {
    if (!node.beginQueuedProbe()) {
      return false;
    }
    boolean isPrimary = node == nodes.members().primary;
    try {
      if (isPrimary) {
        underWayAfter = nodes.started();
      }
      boolean answered = !nodes.closed() && probe.probe(node);
      if (answered) {
        answered(node);
      }
      return answered;
    } finally {
      if (isPrimary) {
        underWayAfter = -1;
      }
      node.endProbe();
      if (nodes.closed() || node.isRemoved()) {
        release(node); // closed between the check and the end
      }
      if (node.mayWrite) {
        wake();
      }
    }
  }

  // Rounds on demand.

  /** Begins a round, or remembers that one must follow that which is in flight. Never blocks. */
  void demandRound() {
    while (true) {
      int now = demand.get();
      if (now == LAUNCHED
          || now == FOLLOWED
          || (now == IN_FLIGHT && demand.compareAndSet(IN_FLIGHT, FOLLOWED))) {
        return;
      }
      if (now == IDLE && demand.compareAndSet(IDLE, LAUNCHED)) {
        launch(gapNanos());
        return;
      }
    }
  }

  /** Returns the least time between two rounds that are demanded. */
  private long gapNanos() {
    Node primary = nodes.members().primary;
    return primary != null && primary.state().answers() ? MIN_GAP_NANOS : intervalNanos;
  }

  private void launch(long gap) {
    long early = demandedNanos + gap - nodes.nowNanos();
    Node any = nodes.members().all.get(0);
    try {
      if (early > 0) {
        time.schedule(early, this::handOver, this::runDemanded);
      } else {
        handOver(this::runDemanded);
      }
    } catch (RuntimeException | Error refused) { // no thread, no timer: the next demand tries again
      demand.set(IDLE);
      any.probeFailures.increment();
    }
  }

  /** Calls the executor of the user on a thread that it may block. */
  private void handOver(Runnable round) {
    time.handOver()
        .execute(() -> {
          if (!execute(nodes.members().all.get(0), round)) {
            demand.set(IDLE);
          }
        });
  }

  private void runDemanded() {
    demand.set(IN_FLIGHT);
    demandedNanos = nodes.nowNanos();
    long gap = MIN_GAP_NANOS;
    try {
      Members now = nodes.members();
      Node primary = now.primary;
      if (primary != null && !primary.queueProbe()) {
        demand.compareAndSet(IN_FLIGHT, FOLLOWED); // the probe that is running began too early
        gap = Math.min(intervalNanos, BUSY_GAP_NANOS);
      } else {
        if (primary != null) {
          runQueued(primary);
        }
        for (Node node : now.all) {
          if (node != primary) {
            probeLater(node, false);
          }
        }
      }
    } finally {
      if (!demand.compareAndSet(IN_FLIGHT, IDLE)) { // a follower is remembered
        demand.set(LAUNCHED);
        launch(Math.max(gap, gapNanos()));
      }
    }
  }

  // Waits.

  /**
   * Waits until a question that was sent after the first {@code since} ones has an answer of the
   * primary, for the time of a probe at most, and not longer than the Deadline.
   *
   * @return the answer; null if there is none in time, if the primary is lost, or if the thread was
   *     interrupted
   */
  PrimarySamples.@Nullable Sample awaitSample(long since) {
    boolean isAsked = underWayAfter >= since; // the answer will be late enough
    await(() -> nodes.samples().latestAfter(since) != null || isPrimaryLost(), !isAsked);
    return nodes.samples().latestAfter(since);
  }

  private boolean isPrimaryLost() {
    Node primary = nodes.members().primary;
    return primary == null || primary.isLost();
  }

  /** Waits until a timeline has been seen, as long as {@link #awaitSample} does. */
  void awaitTimeline(long timeline) {
    await(() -> nodes.members().timeline >= timeline, true);
  }

  /** Waits until all nodes that may write have been asked, as long as {@link #awaitSample} does. */
  void awaitFirstRound() {
    if (!rolesKnown) {
      await(() -> nodes.members().rolesAreKnown(), false);
      rolesKnown = true;
    }
  }

  private void await(BooleanSupplier condition, boolean demands) {
    if (condition.getAsBoolean()) {
      return;
    }
    long until = time.nanoTime() + Deadline.clipNanos(timeoutNanos);
    Thread me = Thread.currentThread();
    waiting.add(me);
    try {
      if (demands) {
        demandRound();
      }
      long left = until - time.nanoTime();
      while (left > 0 && !condition.getAsBoolean() && !me.isInterrupted() && !nodes.closed()) {
        time.parkNanos(this, left);
        left = until - time.nanoTime();
      }
    } finally {
      waiting.remove(me);
    }
  }

  private void wake() {
    for (Thread thread : waiting) {
      LockSupport.unpark(thread);
    }
  }

  // What is reported.

  private void reportEligibility(Node replica) {
    Members now = nodes.members();
    if (replica == now.primary) {
      return;
    }
    long nowNanos = nodes.nowNanos();
    Eligibility why = now.excluded.get(replica);
    if (why == null) {
      why =
          Nodes.eligibility(
              replica, replica.state(), nowNanos, nodes.maxStalenessNanos(), null, null);
    }
    boolean eligible = why == Eligibility.ELIGIBLE;
    if (!replica.reportedEligible.compareAndSet(!eligible, eligible)) {
      return;
    }
    if (eligible) {
      log.eligible(replica);
    } else {
      log.ineligible(replica, why, now, replica.state().stalenessNanos(nowNanos));
    }
  }
}
