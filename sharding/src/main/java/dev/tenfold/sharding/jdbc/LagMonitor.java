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
 * Probes the primary and the replicas in rounds, in the background. The next round is scheduled
 * before this one begins, and a node whose probe is still on its way is left out, so a probe that
 * hangs delays nobody else: its node simply grows stale. A time source that cannot schedule ends
 * the rounds until the next connection is asked for.
 */
final class LagMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(LagMonitor.class);

  private final Nodes nodes;
  private final LagProbe probe;
  private final TimeSource time;
  private final long intervalNanos;
  private final int timeoutSeconds;
  private final Executor executor;
  private final Telemetry telemetry;
  private final AtomicBoolean going = new AtomicBoolean();
  private volatile PrimarySamples samples = PrimarySamples.none();
  private volatile TimeSource.@Nullable Timer next;

  LagMonitor(
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
    going.set(true);
    schedule(0);
  }

  /** Schedules a round if they have stopped. Asked for every connection, so it looks first. */
  void resume() {
    if (!going.get() && !going.getAndSet(true)) {
      goOn(0);
    }
  }

  void stop() {
    TimeSource.Timer pending = next;
    if (pending != null) {
      pending.cancel();
    }
  }

  private void schedule(long delayNanos) {
    next = time.schedule(delayNanos, this::handOver, this::round);
    if (nodes.closed()) {
      stop();
    }
  }

  private void goOn(long delayNanos) {
    try {
      schedule(delayNanos);
    } catch (RuntimeException | Error failure) {
      going.set(false);
      nodes.primary.probeFailures.increment();
    }
  }

  /** Runs on the timer: schedules the next round first, so that this one cannot prevent it. */
  private void handOver(Runnable round) {
    if (!nodes.closed()) {
      goOn(intervalNanos);
      execute(nodes.primary, round);
    }
  }

  private void round() {
    if (nodes.primary.probing.compareAndSet(false, true)) {
      try {
        ask(nodes.primary);
      } finally {
        nodes.primary.probing.set(false);
      }
    }
    for (Node replica : nodes.replicas) {
      report(replica);
      if (replica.probing.compareAndSet(false, true)) {
        boolean running = false;
        try {
          running =
              execute(
                  replica,
                  () -> {
                    try {
                      ask(replica);
                      report(replica);
                    } finally {
                      replica.probing.set(false);
                    }
                  });
        } finally { // an executor without a thread to start throws an Error
          if (!running) {
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
  private void ask(Node node) {
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
        long asked = nodes.nowNanos(); // before the question: what was committed by now is covered
        samples = samples.plus(asked, probe.primaryPosition(statement));
      }
    } catch (SQLException | RuntimeException | Error failure) {
      node.probeFailures.increment();
      node.putAside();
      LOG.debug("{}: no position of {}", nodes.name, node, failure);
    }
  }

  private void report(Node replica) {
    long now = nodes.nowNanos();
    boolean eligible = nodes.eligible(replica, now);
    if (!replica.reportedEligible.compareAndSet(!eligible, eligible)) {
      return;
    }
    Tags tags = Tags.of("datasource", nodes.name).and("node", replica.id);
    if (eligible) {
      LOG.info("{}: replica {} is used from now on", nodes.name, replica);
      telemetry.event("tenfold.sharding.replica.eligible", tags);
    } else {
      long staleness = replica.stalenessNanos(now);
      LOG.warn(
          "{}: replica {} is not used any more; its lag is {}",
          nodes.name,
          replica,
          staleness < 0 ? "unknown" : staleness / 1_000_000 + " ms");
      telemetry.event("tenfold.sharding.replica.ineligible", tags);
    }
  }
}
