// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a data source tells its operators about its nodes: log entries and events. */
final class NodeLog {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLog.class);

  private final String name;
  private final Telemetry telemetry;
  private final AtomicBoolean poolerReported = new AtomicBoolean();

  NodeLog(String name, Telemetry telemetry) {
    this.name = name;
    this.telemetry = telemetry;
  }

  private void event(String what, Node node) {
    telemetry.event("tenfold.sharding." + what, Tags.of("datasource", name).and("node", node.id));
  }

  /** Tells that roles have changed. Called once per change. */
  void membersChanged(Members before, Members after) {
    Node primary = after.primary;
    if (primary == null && !Objects.equals(before.problem, after.problem)) {
      LOG.error("{}: writes are refused: {}", name, after.problem);
      telemetry.event("tenfold.sharding.primary.refused", Tags.of("datasource", name));
    } else if (primary != null && primary != before.primary) {
      LOG.warn("{}: node {} is the primary, on timeline {}", name, primary, after.timeline);
      event("primary.changed", primary);
    }
    after.excluded.forEach((node, why) -> {
      if (before.excluded.get(node) != why) {
        LOG.warn("{}: node {} is not read: {}", name, node, why.why);
        event("node.excluded", node);
      }
    });
  }

  void primaryLost(Node primary) {
    LOG.warn("{}: the primary, node {}, did not answer two rounds of probes", name, primary);
    event("primary.lost", primary);
  }

  void primaryRecovered(Node primary) {
    LOG.info("{}: the primary, node {}, answers probes again", name, primary);
    event("primary.recovered", primary);
  }

  void serverChanged(Node node, Reading before, Reading after) {
    LOG.info(
        "{}: node {} has another server, or its server was restarted: {} instead of {}",
        name,
        node,
        after.server(),
        before.server());
    event("server.changed", node);
  }

  void pooled(Node node, Reading reading) {
    if (reading.pooled() && poolerReported.compareAndSet(false, true)) {
      LOG.warn(
          "{}: there is a pooler, such as PgBouncer, between this process and node {}. In"
              + " transaction mode it breaks the promises of scopes.",
          name,
          node);
      event("pooler.found", node);
    }
  }

  void probeFailed(Node node, Throwable failure) {
    LOG.debug("{}: the probe of node {} failed", name, node, failure);
  }

  void eligible(Node replica) {
    LOG.info("{}: replica {} is eligible", name, replica);
    event("replica.eligible", replica);
  }

  /** Tells why a replica is not read any more. */
  void ineligible(Node replica, Eligibility why, Members now, long staleness) {
    Node primary = now.primary;
    NodeState state = replica.state();
    if (state.answers() && primary != null && !primary.state().answers()) {
      LOG.warn(
          "{}: the staleness of replica {} is unknown, because the primary, node {}, does not"
              + " answer: {}",
          name,
          replica,
          primary,
          primary.state().failure);
    } else {
      LOG.warn(
          "{}: replica {} is no longer eligible: {}; its staleness is {}",
          name,
          replica,
          state.answers() ? why.why : state.failure,
          staleness < 0 ? "unknown" : staleness / 1_000_000 + " ms");
    }
    event("replica.ineligible", replica);
  }
}
