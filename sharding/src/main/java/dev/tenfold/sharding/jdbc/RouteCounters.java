// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts bindings by the reason of their route. */
final class RouteCounters {
  private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class); // never changed

  RouteCounters() {
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
    return counter(reason).sum();
  }
}
