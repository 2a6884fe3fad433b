// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts bindings by the reason of their route. Reads on replicas are the most frequent ones, so
 * they are not counted, but computed from what the nodes count anyway.
 */
final class RouteCounters {
  private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class); // never changed

  private final Nodes nodes;

  RouteCounters(Nodes nodes) {
    this.nodes = nodes;
    for (Reason reason : Reason.values()) {
      counts.put(reason, new LongAdder());
    }
  }

  private LongAdder counter(Reason reason) {
    LongAdder counter = counts.get(reason);
    if (counter == null) {
      throw new IllegalStateException("no counter of " + reason);
    }
    return counter;
  }

  void count(Reason reason) {
    counter(reason).increment();
  }

  long sum(Reason reason) {
    return reason == Reason.REPLICA ? replicaReads() : counter(reason).sum();
  }

  private long replicaReads() {
    long others = 0;
    for (Map.Entry<Reason, LongAdder> count : counts.entrySet()) {
      boolean bound = count.getKey() != Reason.REPLICA && count.getKey() != Reason.REFUSED;
      others += bound ? count.getValue().sum() : 0;
    }
    return Math.max(0, nodes.bindings() - others);
  }
}
