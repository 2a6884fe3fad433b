// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the positions of the primary and of the replicas in rounds, in the background, and records
 * the staleness of each {@link Node}. Which replica may serve a read is decided at binding, by
 * {@link Nodes#forRead}. The next round is scheduled before a round begins, and a node whose probe
 * is still running is left out. So a probe of a replica that hangs delays no other node, and its
 * own node grows stale; a hanging probe of the primary makes all replicas stale. If the time source
 * cannot schedule, the rounds stop until the next {@code getConnection}.
 */
final class LagProber {
  private static final Logger LOG = LoggerFactory.getLogger(LagProber.class);

  private final Nodes nodes;
  private final LagProbe probe;
  private final TimeSource time;
  private final long intervalNanos;
  private final int timeoutSeconds;
  private final Executor executor;
  private final Telemetry telemetry;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile PrimarySamples samples = PrimarySamples.none();
  private volatile TimeSource.@Nullable Timer timer;

  LagProber(
      Nodes nodes,
      LagProbe probe,
      TimeSource time,
      long intervalNanos,
      int timeoutSeconds,
      Executor executor,
      Telemetry telemetry) {
    this.nodes = nodes;
    this.probe = probe;
    this.time = time;
    this.intervalNanos = intervalNanos;
    this.timeoutSeconds = timeoutSeconds;
    this.executor = executor;
    this.telemetry = telemetry;
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

  void stop() {
    TimeSource.Timer pending = timer;
    if (pending != null) {
      pending.cancel();
    }
  }

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
      nodes.primary.probeFailures.increment();
    }
  }

  /**
   * Runs on the timer, which calls no executor of a user: that may block. Schedules the next round
   * first, so that this one cannot prevent it.
   */
  private void startRound(Runnable round) {
    if (!nodes.closed()) {
      scheduleNext(intervalNanos);
      time.handOver().execute(() -> execute(nodes.primary, round));
    }
  }

  private void round() {
    if (nodes.primary.probing.compareAndSet(false, true)) {
      try {
        probe(nodes.primary);
      } finally {
        nodes.primary.probing.set(false);
      }
    }
    for (Node replica : nodes.replicas) {
      reportEligibility(replica);
      if (replica.probing.compareAndSet(false, true)) {
        boolean started = false;
        try {
          started =
              execute(
                  replica,
                  () -> {
                    try {
                      probe(replica);
                      reportEligibility(replica);
                    } finally {
                      replica.probing.set(false);
                    }
                  });
        } finally { // an executor that cannot start a thread throws an Error
          if (!started) {
            replica.probing.set(false);
          }
        }
      }
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

  @SuppressWarnings("try") // the bound holds from its opening to its close
  private void probe(Node node) {
    if (nodes.closed()) {
      return;
    }
    try (Connection connection = node.dataSource.getConnection();
        NetworkBound bound = NetworkBound.of(connection, timeoutSeconds);
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(timeoutSeconds);
      if (node.replica) {
        node.freshAsOf(samples.freshAsOf(probe.replicaPosition(statement)));
      } else {
        long askedNanos = nodes.nowNanos(); // before the probe, whose position covers this moment
        samples = samples.plus(askedNanos, probe.primaryPosition(statement));
      }
    } catch (SQLException | RuntimeException | Error failure) {
      node.probeFailures.increment();
      node.putAside();
      LOG.debug("{}: the probe of {} failed", nodes.name, node, failure);
    }
  }

  private void reportEligibility(Node replica) {
    long now = nodes.nowNanos();
    boolean eligible = nodes.isEligible(replica, now);
    if (!replica.reportedEligible.compareAndSet(!eligible, eligible)) {
      return;
    }
    Tags tags = Tags.of("datasource", nodes.name).and("node", replica.id);
    if (eligible) {
      LOG.info("{}: replica {} is eligible", nodes.name, replica);
      telemetry.event("tenfold.sharding.replica.eligible", tags);
    } else {
      long staleness = replica.stalenessNanos(now);
      LOG.warn(
          "{}: replica {} is no longer eligible; its staleness is {}",
          nodes.name,
          replica,
          staleness < 0 ? "unknown" : staleness / 1_000_000 + " ms");
      telemetry.event("tenfold.sharding.replica.ineligible", tags);
    }
  }
}
