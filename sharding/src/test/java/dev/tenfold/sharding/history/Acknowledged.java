// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.sharding.history.Event.Outcome;
import dev.tenfold.sharding.history.Event.Promoted;
import dev.tenfold.sharding.history.Event.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a history whose commit returned normally, and what failovers kept of them.
 */
final class Acknowledged {
  private final Map<Integer, Map<Long, Write>> byVersion = new HashMap<>();
  private final Map<Integer, TreeMap<Long, Long>> latestByTime = new HashMap<>();
  private final List<Promoted> promotions;

  Acknowledged(History history) {
    this.promotions = history.all(Promoted.class);
    List<Write> writes = new ArrayList<>(history.all(Write.class));
    writes.removeIf(write -> write.outcome() != Outcome.ACKNOWLEDGED);
    writes.sort(Comparator.comparingLong(Write::end));
    for (Write write : writes) {
      write
          .versions()
          .forEach((register, version) -> {
            byVersion.computeIfAbsent(register, r -> new HashMap<>()).put(version, write);
            TreeMap<Long, Long> latest =
                latestByTime.computeIfAbsent(register, r -> new TreeMap<>());
            Map.Entry<Long, Long> before = latest.lastEntry();
            if (before == null
                || before.getValue() < version
                || !isKept(register, before.getValue(), before.getKey(), write.end())) {
              latest.put(write.end(), version);
            }
          });
    }
  }

  /** Returns the acknowledged transaction that wrote a version; null if there is none. */
  @Nullable Write of(int register, long version) {
    return byVersion.getOrDefault(register, Map.of()).get(version);
  }

  /** Returns whether a version that was there at one moment was kept up to a later moment. */
  boolean isKept(int register, long version, long from, long to) {
    for (Promoted promotion : promotions) {
      boolean between = from <= promotion.at() && promotion.at() <= to;
      if (between && promotion.kept().getOrDefault(register, 0L) < version) {
        return false;
      }
    }
    return true;
  }

  /** Returns the highest version that was acknowledged by a moment and kept to a later one. */
  long latest(int register, long at, long to) {
    TreeMap<Long, Long> versions = latestByTime.get(register);
    Map.Entry<Long, Long> entry = versions == null ? null : versions.floorEntry(at);
    while (entry != null && !isKept(register, entry.getValue(), entry.getKey(), to)) {
      entry = versions.lowerEntry(entry.getKey());
    }
    return entry == null ? 0 : entry.getValue();
  }

  /** Returns how many versions were acknowledged and then lost by a failover. */
  long countLost() {
    long lost = 0;
    for (Map.Entry<Integer, Map<Long, Write>> register : byVersion.entrySet()) {
      for (Map.Entry<Long, Write> entry : register.getValue().entrySet()) {
        lost +=
            isKept(register.getKey(), entry.getKey(), entry.getValue().end(), Long.MAX_VALUE)
                ? 0
                : 1;
      }
    }
    return lost;
  }
}
