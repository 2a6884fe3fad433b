// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.ArrayList;
import java.util.List;

/** The counters and gauges of a {@link ReadWriteDataSource}, registered until closed. */
final class NodeMetrics implements AutoCloseable {
  private static final String PREFIX = "tenfold.sharding.";

  private final Telemetry telemetry;
  private final List<Registration> registrations = new ArrayList<>();

  NodeMetrics(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  void register(Nodes nodes) {
    Tags tags = Tags.of("datasource", nodes.name);
    registrations.add(telemetry.counter(PREFIX + "fallbacks", tags, nodes.fallbacks::sum));
    registerNode(tags, nodes.primary);
    for (Node replica : nodes.replicas) {
      registerNode(tags, replica);
      registrations.add(
          telemetry.gauge(
              PREFIX + "staleness.seconds",
              tags.and("node", replica.id),
              () -> {
                long nanos = replica.stalenessNanos(nodes.nowNanos());
                return nanos < 0 ? Double.NaN : nanos / 1e9;
              }));
    }
  }

  private void registerNode(Tags datasource, Node node) {
    Tags tags = datasource.and("node", node.id);
    registrations.add(telemetry.counter(PREFIX + "bindings", tags, node::bound));
    registrations.add(telemetry.gauge(PREFIX + "inflight", tags, node::inFlight));
    registrations.add(telemetry.counter(PREFIX + "probe.failures", tags, node.probeFailures::sum));
  }

  @Override
  public void close() {
    registrations.forEach(Registration::close);
  }
}
