// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a data source and their roles: which node is the primary, and which nodes may be
 * read. Computed from what the nodes said last. Immutable.
 *
 * <p>Whoever promotes a server decides which node is the primary. A node that may write and says
 * that it is no standby is a <em>claimant</em>. The claimant of the highest timeline is the
 * primary, if no higher timeline was seen. Two claimants of one timeline that are two servers are a
 * tie: then there is no primary, until a claimant of a higher timeline appears or the operator
 * decides. Without a claimant the last primary keeps the role as long as it does not say that it is
 * a standby. This is no fence: another process can still write to another server.
 */
final class Members {
  final List<Node> all;

  /** The nodes that may be read if they are fresh enough: never the primary. */
  final Node[] readers;

  /** Why nodes are neither the primary nor readers. */
  final Map<Node, Eligibility> excluded;

  /** The primary; null if {@link #problem} says why there is none. */
  final @Nullable Node primary;

  final @Nullable String problem;

  /** Whether a pool is known to lend SERIALIZABLE connections, which a standby cannot serve. */
  final boolean serializableByDefault;

  /** The cluster of the nodes; null until one of them has answered. */
  final @Nullable String cluster;

  /** Whether the declared primary has answered: until then another node stands for the cluster. */
  private final boolean clusterIsCertain;

  /** The highest timeline that was seen in the cluster. */
  final long timeline;

  /** Changes whenever connections for writing that were bound earlier must not be used any more. */
  final int generation;

  private final Route[] replicaRoutes;
  private final Route[] staleRoutes;
  private final Map<Reason, Route> primaryRoutes = new EnumMap<>(Reason.class);

  /** The primary, or else the one before it. */
  final Node lastPrimary;

  private final @Nullable Decision decision;

  /** The operator's decision of a tie. */
  private record Decision(Node node, long timeline) {}

  private Members(
      List<Node> all,
      Node lastPrimary,
      long timelineBefore,
      @Nullable Decision decision,
      @Nullable Members before) {
    this.all = all;
    this.decision = decision;
    this.cluster = clusterOf(all, lastPrimary, before);
    this.clusterIsCertain = declared(all).state().reading != null;
    this.serializableByDefault = all.stream().anyMatch(node -> node.pool.isSerializable());
    boolean sameCluster = before == null || Objects.equals(before.cluster, cluster);
    this.timeline = highestTimeline(sameCluster ? timelineBefore : 0);
    Node chosen = null;
    String why = null;
    List<Node> claimants = claimants();
    if (claimants.isEmpty()) {
      Reading reading = lastPrimary.state().reading;
      if (reading == null || (isOfCluster(reading) && !reading.standby())) {
        chosen = all.contains(lastPrimary) ? lastPrimary : null;
      }
      why =
          chosen == null
              ? "node "
                  + lastPrimary
                  + (isOfCluster(reading) ? " is a standby" : " is a server of another cluster")
                  + ", and no other node may write"
              : null;
    } else if (timelineOf(claimants.get(0)) < timeline) {
      why = outdated(claimants);
    } else {
      chosen = chosen(claimants, lastPrimary);
      why = chosen == null ? tie(claimants) : null;
    }
    this.primary = chosen;
    this.problem = why;
    this.lastPrimary = chosen == null ? lastPrimary : chosen;
    this.generation = before == null ? 0 : before.generation + (before.primary == chosen ? 0 : 1);
    this.excluded = excluded();
    this.readers =
        all.stream().filter(n -> n != primary && !excluded.containsKey(n)).toArray(Node[]::new);
    this.replicaRoutes = routes(Reason.REPLICA);
    this.staleRoutes = routes(Reason.PRIMARY_LOST);
    for (Reason reason : Reason.values()) {
      if (chosen != null) {
        primaryRoutes.put(reason, new Route(chosen, reason, generation, false, null));
      }
    }
  }

  private Route[] routes(Reason reason) {
    Route[] routes = new Route[readers.length];
    for (int i = 0; i < routes.length; i++) {
      routes[i] = new Route(readers[i], reason, generation, false, null);
    }
    return routes;
  }

  /** Returns the route to a reader. */
  Route replicaRoute(int reader, boolean ofAnyStaleness) {
    return ofAnyStaleness ? staleRoutes[reader] : replicaRoutes[reader];
  }

  /** Returns the route to the primary, for a reason; null if there is no primary. */
  @Nullable Route primaryRoute(Reason reason) {
    return primaryRoutes.get(reason);
  }

  @Nullable Node find(String id) {
    for (Node node : all) {
      if (node.id.equals(id)) {
        return node;
      }
    }
    return null;
  }

  /** Returns whether every node that may write was asked, if there are several. */
  boolean rolesAreKnown() {
    int writers = 0;
    int asked = 0;
    for (Node node : all) {
      if (node.mayWrite) {
        writers++;
        asked += node.state() == NodeState.UNKNOWN ? 0 : 1;
      }
    }
    return writers == 1 || asked == writers;
  }

  boolean isReader(Node node) {
    for (Node reader : readers) {
      if (reader == node) {
        return true;
      }
    }
    return false;
  }

  int indexOf(Node reader) {
    int i = 0;
    while (readers[i] != reader) {
      i++;
    }
    return i;
  }

  static Members of(List<Node> nodes) {
    return new Members(List.copyOf(nodes), nodes.get(0), 0, null, null);
  }

  /** Returns the roles after the nodes have said something new. */
  Members reviewed() {
    return new Members(all, lastPrimary, timeline, decision, this);
  }

  Members with(List<Node> nodes) {
    return new Members(List.copyOf(nodes), lastPrimary, timeline, decision, this);
  }

  /** Returns the roles after the operator has decided that a node is the primary. */
  Members overridden(Node node) {
    return new Members(all, lastPrimary, timeline, new Decision(node, timeline), this);
  }

  boolean hasSameRolesAs(Members other) {
    return primary == other.primary
        && Objects.equals(problem, other.problem)
        && all.equals(other.all)
        && excluded.equals(other.excluded)
        && timeline == other.timeline
        && Objects.equals(cluster, other.cluster)
        && clusterIsCertain == other.clusterIsCertain;
  }

  private static Node declared(List<Node> nodes) {
    return nodes.get(0);
  }

  /**
   * Returns the cluster of the declared primary, or of the first node that has answered. After a
   * failover it stays what it was, as long as a node is of it: the declared primary can come back
   * as a new, empty database.
   */
  private static @Nullable String clusterOf(
      List<Node> nodes, Node lastPrimary, @Nullable Members before) {
    String first = null;
    for (Node node : nodes) {
      Reading reading = node.state().reading;
      if (before != null
          && before.clusterIsCertain
          && lastPrimary != declared(nodes)
          && isOf(before.cluster, reading)) {
        return before.cluster;
      }
      if (first == null && reading != null) {
        first = reading.position().cluster();
      }
    }
    return first;
  }

  private static boolean isOf(@Nullable String cluster, @Nullable Reading reading) {
    return reading != null && reading.position().cluster().equals(cluster);
  }

  private boolean isOfCluster(@Nullable Reading reading) {
    return isOf(cluster, reading);
  }

  /** A server that was promoted without being allowed to write says nothing about the others. */
  private long highestTimeline(long before) {
    long highest = before;
    for (Node node : all) {
      Reading reading = node.state().reading;
      if (reading != null && isOfCluster(reading) && (reading.standby() || node.mayWrite)) {
        highest = Math.max(highest, reading.position().timeline());
      }
    }
    return highest;
  }

  /** Returns the claimants of the highest timeline among them. */
  private List<Node> claimants() {
    List<Node> claimants = new ArrayList<>();
    long highest = 0;
    for (Node node : all) {
      Reading reading = node.state().reading;
      if (node.mayWrite && reading != null && isOfCluster(reading) && !reading.standby()) {
        highest = Math.max(highest, reading.position().timeline());
        claimants.add(node);
      }
    }
    long best = highest;
    claimants.removeIf(node -> timelineOf(node) < best);
    return claimants;
  }

  private static long timelineOf(Node node) {
    Reading reading = node.state().reading;
    return reading == null ? 0 : reading.position().timeline();
  }

  private @Nullable Node chosen(List<Node> claimants, Node last) {
    Set<String> servers = new HashSet<>();
    claimants.forEach(node -> servers.add(node.state().server()));
    if (servers.size() == 1) {
      return claimants.contains(last) ? last : claimants.get(0);
    }
    Decision made = decision;
    boolean counts = made != null && made.timeline == timeline && claimants.contains(made.node);
    return made != null && counts ? made.node : null;
  }

  private String outdated(List<Node> claimants) {
    return "node "
        + claimants.get(0)
        + " is on timeline "
        + timelineOf(claimants.get(0))
        + ", but timeline "
        + timeline
        + " was seen: another server was promoted";
  }

  private String tie(List<Node> claimants) {
    return "nodes "
        + claimants
        + " are different servers on timeline "
        + timeline
        + ", and each says that it is the primary (split brain); overridePrimary(id) decides";
  }

  private Map<Node, Eligibility> excluded() {
    Map<Node, Eligibility> reasons = new LinkedHashMap<>();
    Set<String> servers = new HashSet<>();
    if (primary != null) {
      servers.add(primary.state().server());
    }
    for (Node node : all) {
      Reading reading = node.state().reading;
      if (node == primary || reading == null) {
        continue;
      }
      if (!isOfCluster(reading)) {
        reasons.put(node, Eligibility.OTHER_CLUSTER);
      } else if (!reading.standby()) {
        reasons.put(node, Eligibility.NOT_A_STANDBY);
      } else if (!servers.add(reading.server())) {
        reasons.put(node, Eligibility.SAME_SERVER);
      }
    }
    return reasons;
  }
}
