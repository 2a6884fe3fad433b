// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The counters and gauges of a {@link ReadWriteDataSource}, registered until closed. */
final class NodeMetrics implements AutoCloseable {
  private static final String PREFIX = "tenfold.sharding.";

  private final Telemetry telemetry;
  private final Nodes nodes;
  private final RouteCounters counters;
  private final Tags tags;
  private final List<Registration> registrations = new ArrayList<>();
  private final Map<Node, List<Registration>> ofNodes = new ConcurrentHashMap<>();

  NodeMetrics(Telemetry telemetry, Nodes nodes, RouteCounters counters) {
    this.telemetry = telemetry;
    this.nodes = nodes;
    this.counters = counters;
    this.tags = Tags.of("datasource", nodes.name);
  }

  void register() {
    for (Reason reason : Reason.values()) {
      registrations.add(
          telemetry.counter(
              PREFIX + "routes",
              tags.and("reason", reason.name().toLowerCase(Locale.ROOT)),
              () -> counters.sum(reason)));
    }
    nodes.members().all.forEach(this::registerNode);
  }

  void registerNode(Node node) {
    List<Registration> own = new ArrayList<>();
    ofNodes.put(node, own); // before the first registration, which may be refused
    Tags ofNode = tags.and("node", node.id);
    own.add(telemetry.counter(PREFIX + "bindings", ofNode, node::bound));
    own.add(telemetry.gauge(PREFIX + "inflight", ofNode, node::inFlight));
    own.add(telemetry.counter(PREFIX + "probe.failures", ofNode, node.probeFailures::sum));
    own.add(telemetry.gauge(PREFIX + "staleness.seconds", ofNode, () -> staleness(node)));
    if (node.pool.active() >= 0) {
      own.add(telemetry.gauge(PREFIX + "pool.active", ofNode, node.pool::active));
      own.add(telemetry.gauge(PREFIX + "pool.size", ofNode, node.pool::size));
      own.add(telemetry.gauge(PREFIX + "pool.waiting", ofNode, node.pool::waiting));
    }
  }

  private double staleness(Node node) {
    if (node == nodes.members().primary) {
      return 0;
    }
    long nanos = node.state().stalenessNanos(nodes.nowNanos());
    return nanos < 0 ? Double.NaN : nanos / 1e9;
  }

  void unregisterNode(Node node) {
    List<Registration> own = ofNodes.remove(node);
    if (own != null) {
      own.forEach(Registration::close);
    }
  }

  @Override
  public void close() {
    registrations.forEach(Registration::close);
    ofNodes.keySet().forEach(this::unregisterNode);
  }
}
