// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.sharding.history.Event.Captured;
import dev.tenfold.sharding.history.Event.Failed;
import dev.tenfold.sharding.history.Event.Merged;
import dev.tenfold.sharding.history.Event.Opened;
import dev.tenfold.sharding.history.Event.Outcome;
import dev.tenfold.sharding.history.Event.Promoted;
import dev.tenfold.sharding.history.Event.Read;
import dev.tenfold.sharding.history.Event.Write;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts of one history, or of several. Printed the same in every locale. */
final class HistoryFigures {
  private static final long SOON_NANOS = 50_000_000;

  long reads;
  long replicaReads;
  long soonReplicaReads;
  long heldReads;
  private final Map<String, Long> counts = new TreeMap<>();
  private final Map<String, Long> readsByNode = new TreeMap<>();
  private final Map<String, Long> nemeses = new TreeMap<>();

  /** Counts a history. */
  void add(History history) {
    Map<Long, long[]> writeEnds = writeEnds(history);
    for (Read read : history.all(Read.class)) {
      reads++;
      String role = read.standby() ? "standby" : "primary";
      readsByNode.merge(read.node() + " as " + role, 1L, Long::sum);
      heldReads += read.bound() < read.begin() ? 1 : 0;
      if (read.standby()) {
        replicaReads++;
        soonReplicaReads += isSoon(read, writeEnds.get(read.scope())) ? 1 : 0;
      }
    }
    for (Write write : history.all(Write.class)) {
      count("writes " + write.outcome(), 1);
    }
    List<Opened> opened = history.all(Opened.class);
    count("scopes", opened.stream().map(Opened::scope).distinct().count());
    count("tokens used", opened.stream().filter(open -> open.token() > 0).count());
    count(
        "tokens that count as just now",
        opened.stream().filter(open -> open.token() == Event.JUST_NOW).count());
    count("tokens captured", history.all(Captured.class).size());
    count("tokens merged", history.all(Merged.class).size());
    count("operations that failed", history.all(Failed.class).size());
    count("failovers", history.all(Promoted.class).size());
    count("acknowledged versions lost by them", new Acknowledged(history).countLost());
  }

  private static Map<Long, long[]> writeEnds(History history) {
    Map<Long, long[]> ends = new HashMap<>();
    for (Write write : history.all(Write.class)) {
      if (write.outcome() == Outcome.ACKNOWLEDGED) {
        long[] before = ends.getOrDefault(write.scope(), new long[0]);
        long[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = write.end();
        ends.put(write.scope(), after);
      }
    }
    ends.values().forEach(Arrays::sort);
    return ends;
  }

  /** Returns whether a read bound within 50 ms of the return of a write of its scope. */
  private static boolean isSoon(Read read, long[] writeEnds) {
    if (writeEnds == null) {
      return false;
    }
    int found = Arrays.binarySearch(writeEnds, read.bound());
    int latest = found >= 0 ? found : -found - 2;
    return latest >= 0 && read.bound() - writeEnds[latest] <= SOON_NANOS;
  }

  void count(String what, long number) {
    counts.merge(what, number, Long::sum);
  }

  void nemesis(String name) {
    nemeses.merge(name, 1L, Long::sum);
  }

  /** Returns the share of the scoped reads that replicas served, in percent. */
  double replicaPercent() {
    return percent(replicaReads);
  }

  /** Returns the share that replicas served within 50 ms of a write of the scope, in percent. */
  double soonPercent() {
    return percent(soonReplicaReads);
  }

  private double percent(long part) {
    return reads == 0 ? 0 : part * 100.0 / reads;
  }

  /** Returns the block of figures. */
  String summary() {
    StringBuilder text = new StringBuilder();
    line(text, "scoped reads", reads);
    line(text, "  served by replicas", replicaReads, replicaPercent());
    line(text, "  ... within 50 ms of a write of the scope", soonReplicaReads, soonPercent());
    line(text, "  on connections that were bound earlier", heldReads, percent(heldReads));
    readsByNode.forEach((node, count) -> line(text, "  on " + node, count, percent(count)));
    counts.forEach((what, count) -> line(text, what, count));
    nemeses.forEach((name, count) -> line(text, "nemesis: " + name, count));
    return text.toString();
  }

  private static void line(StringBuilder text, String what, long count) {
    text.append("  ").append(what).append(": ").append(count).append('\n');
  }

  private static void line(StringBuilder text, String what, long count, double percent) {
    long tenths = Math.round(percent * 10);
    text.append("  ").append(what).append(": ").append(count).append(" (");
    text.append(tenths / 10).append('.').append(tenths % 10).append(" %)\n");
  }
}
