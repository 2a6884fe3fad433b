// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The settings of a {@link ReadWriteDataSource}, with their defaults and the check of them all. */
final class ReadWriteSettings {
  static final String PRIMARY_ID = "primary";

  final String name;
  @Nullable NodeOptions primary;
  final List<NodeOptions> candidates = new ArrayList<>();
  final List<NodeOptions> replicas = new ArrayList<>();
  Duration maxStaleness = Duration.ofSeconds(10);
  @Nullable Duration probeInterval;
  Duration probeTimeout = Duration.ofSeconds(1);
  NoReplica onNoReplica = NoReplica.PRIMARY;
  @Nullable Double fallbackShare;
  boolean staleReadsWhenPrimaryLost = true;
  LagProbe lagProbe = new PostgresLagProbe();
  @Nullable Executor executor;
  TimeSource time = TimeSource.system();
  @Nullable RandomGenerator random;
  Telemetry telemetry = Telemetry.none();

  private static final double DEFAULT_SHARE = 0.3;

  ReadWriteSettings(String name) {
    this.name = name;
  }

  Duration interval() {
    if (probeInterval != null) {
      return probeInterval;
    }
    Duration quarter = maxStaleness.dividedBy(4);
    Duration second = Duration.ofSeconds(1);
    return quarter.compareTo(second) < 0 ? quarter : second;
  }

  int timeoutSeconds() {
    return (int) Math.max(1, probeTimeout.plusNanos(999_999_999).toSeconds());
  }

  /** Returns the places of the share for fallbacks; 0 for no limit. */
  int fallbackPlaces(NodeOptions primaryOptions) {
    int places = primaryOptions.places();
    double share = fallbackShare == null ? DEFAULT_SHARE : fallbackShare;
    return places == 0 ? 0 : Math.max(1, (int) (places * share));
  }

  boolean isTaken(String id) {
    return id.equals(PRIMARY_ID)
        || candidates.stream().anyMatch(node -> node.id.equals(id))
        || replicas.stream().anyMatch(node -> node.id.equals(id));
  }

  /** Refuses settings that contradict each other, and returns the options of the primary. */
  NodeOptions check() {
    NodeOptions first = primary;
    int others = candidates.size() + replicas.size();
    if (first == null || others == 0 || others >= Nodes.MAX_NODES) {
      throw refused(
          (first == null ? "it has no primary()" : "it has " + others + " replica()s")
              + "; it needs a primary() and 1 to "
              + (Nodes.MAX_NODES - 1)
              + " replica()s or candidate()s");
    }
    if (interval().multipliedBy(2).compareTo(maxStaleness) > 0) {
      throw refused(
          "probeInterval("
              + interval()
              + ") is more than half of maxStaleness("
              + maxStaleness
              + "): a healthy replica would not stay eligible");
    }
    if (fallbackShare != null && onNoReplica == NoReplica.FAIL) {
      throw refused("fallbackShare(" + fallbackShare + ") does nothing with onNoReplica(FAIL)");
    }
    if (fallbackShare != null && first.places() == 0) {
      throw refused(
          "fallbackShare("
              + fallbackShare
              + ") needs the size of the primary's pool: use HikariCP, or give the primary a"
              + " bulkhead()");
    }
    first.check();
    candidates.forEach(NodeOptions::check);
    replicas.forEach(NodeOptions::check);
    return first;
  }

  private IllegalArgumentException refused(String why) {
    return new IllegalArgumentException("data source " + name + ": " + why);
  }
}
