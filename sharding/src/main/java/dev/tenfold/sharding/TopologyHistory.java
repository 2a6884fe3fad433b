// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A chain of versions of one topology, and a check of routes against them. Processes follow a new
 * version at different moments; until all of them do, they may disagree on the keys that move, and
 * on no other keys.
 *
 * <pre>{@code
 * TopologyHistory history = TopologyHistory.of(List.of(v7, v8));
 * history.check(userId, routeOfOneProcess, routeOfAnother);
 * }</pre>
 *
 * <p><b>Guarantees.</b> All versions have one name and one number of slots, and rise. Between a
 * version and the very next one no more slots move than the quotas of both demand.
 *
 * <p><b>No guarantees.</b> Where versions are left out, several changes come together, which may
 * move more slots: there the number of moves is not checked.
 *
 * <p>Immutable and thread-safe. A check takes two routes and, if they are of different versions, a
 * {@link MigrationPlan}. {@link VersionRules} and {@link EvolutionRule} have the conditions.
 */
public final class TopologyHistory {
  private static final int MAX_VERSIONS = 1000;

  private final NavigableMap<Long, Topology> versions;

  private TopologyHistory(NavigableMap<Long, Topology> versions) {
    this.versions = versions;
  }

  /**
   * Returns the history of a chain of versions.
   *
   * @param versions 1 to 1,000 versions, oldest first; versions can be left out
   * @return the history
   * @throws IllegalArgumentException if a version cannot follow the one before; the message names
   *     both
   */
  public static TopologyHistory of(List<Topology> versions) {
    Checks.range(1, MAX_VERSIONS, "number of versions", versions.size());
    NavigableMap<Long, Topology> chain = new TreeMap<>();
    for (Topology next : versions) {
      if (!chain.isEmpty()) {
        requireStep(chain.lastEntry().getValue(), next);
      }
      chain.put(next.version(), next);
    }
    return new TopologyHistory(chain);
  }

  private static void requireStep(Topology from, Topology to) {
    String objection = EvolutionRule.objection(MigrationPlan.between(from, to));
    if (objection != null) {
      throw new IllegalArgumentException(VersionRules.cannotFollow(from, to) + ": " + objection);
    }
  }

  /**
   * Returns a version.
   *
   * @param version the number of a version of this history
   * @return the topology
   * @throws IllegalArgumentException if this history does not have the version
   */
  public Topology version(long version) {
    Topology topology = versions.get(version);
    if (topology == null) {
      throw new IllegalArgumentException(
          "version " + version + " is not part of the history " + this);
    }
    return topology;
  }

  /**
   * Returns the newest version.
   *
   * @return the topology
   */
  public Topology latest() {
    return versions.lastEntry().getValue();
  }

  /**
   * Returns the plan from one version to another, in one step.
   *
   * @param from a version of this history
   * @param to a higher version of this history
   * @return what moves between both versions
   * @throws IllegalArgumentException if this history does not have one of the versions, or {@code
   *     to} is not higher
   */
  public MigrationPlan plan(long from, long to) {
    return MigrationPlan.between(version(from), version(to));
  }

  /**
   * Checks that two routes of one key, of any two processes at any time, agree with this history.
   *
   * @param key the key of both routes
   * @param one a route, from {@link ShardRouter#explain}
   * @param other a route of the same version or of another one
   * @throws IllegalStateException if a route is not that of its version, or if the shards differ
   *     although the plan between both versions does not move the key, or are equal although it
   *     does
   * @throws IllegalArgumentException if this history does not have the version of a route
   */
  public void check(Object key, Route one, Route other) {
    String routes = describe(key, one, other);
    requireRouteOfVersion(key, one, routes);
    requireRouteOfVersion(key, other, routes);
    if (one.version() < other.version()) {
      requireAgreement(key, one, other, plan(one.version(), other.version()));
    } else if (one.version() > other.version()) {
      requireAgreement(key, other, one, plan(other.version(), one.version()));
    }
  }

  private static String describe(Object key, Route one, Route other) {
    String shown = ShardKeys.display(ShardKeys.require(key));
    return "key " + shown + " was routed by " + one + " and by " + other;
  }

  private void requireRouteOfVersion(Object key, Route route, String routes) {
    Topology topology = version(route.version());
    Route expected = ShardRouter.of(TopologySource.of(topology)).explain(key);
    if (!route.equals(expected)) {
      throw new IllegalStateException(
          (routes + "; the route by version " + route.version())
              + (" of " + topology.name() + " is " + expected));
    }
  }

  static void requireAgreement(Object key, Route before, Route after, MigrationPlan plan) {
    boolean moves = plan.moves(key);
    if (before.shard().equals(after.shard()) == moves) {
      throw new IllegalStateException(
          describe(key, before, after)
              + ("; " + plan + (moves ? " moves it" : " does not move it")));
    }
  }

  @Override
  public String toString() {
    Map.Entry<Long, Topology> first = versions.firstEntry();
    return "TopologyHistory["
        + (latest().name() + " v" + first.getKey() + " to v" + latest().version())
        + (", " + versions.size() + " versions]");
  }
}
