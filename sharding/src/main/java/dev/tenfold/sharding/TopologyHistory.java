// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Versions of one topology in a row, and a check of routes against them: processes follow a new
 * version at different times, and until all have, they may disagree on the keys that move, and on
 * no others.
 *
 * <pre>{@code
 * TopologyHistory history = TopologyHistory.of(List.of(v7, v8));
 * history.check(userId, routeOfOneProcess, routeOfAnother);
 * }</pre>
 *
 * <p>Guarantees. A history is a chain: one name, one number of slots, versions that rise, and
 * between a version and the one right after it no slot moves that need not, given the quotas of
 * both. Where versions are left out, several changes come together, which may move more; there only
 * the rest is checked.
 *
 * <p>Immutable. A check takes two routes and, if they are of different versions, a {@link
 * MigrationPlan}.
 */
public final class TopologyHistory {
  private static final int MOST_VERSIONS = 1000;

  private final NavigableMap<Long, Topology> versions;

  private TopologyHistory(NavigableMap<Long, Topology> versions) {
    this.versions = versions;
  }

  /**
   * Checks a chain and keeps it.
   *
   * @param versions 1 to 1,000, oldest first; some may be left out
   * @return the history
   * @throws IllegalArgumentException if they are no chain; the message names two that do not fit
   */
  public static TopologyHistory of(List<Topology> versions) {
    if (versions.isEmpty() || versions.size() > MOST_VERSIONS) {
      throw new IllegalArgumentException(
          "a history takes 1 to " + MOST_VERSIONS + " versions, not " + versions.size());
    }
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
    String why = VersionRules.excessReason(MigrationPlan.between(from, to));
    if (why != null) {
      throw new IllegalArgumentException(
          VersionRules.described(to)
              + " cannot follow "
              + VersionRules.described(from)
              + ": "
              + why);
    }
  }

  /**
   * Returns a version.
   *
   * @param version one that was given
   * @return the topology
   * @throws IllegalArgumentException if it was not given
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
   * Plans the way between two versions, whatever lies between them.
   *
   * @param from a version of this history
   * @param to a newer one
   * @return what moves
   * @throws IllegalArgumentException if one of them is not part of this history, or {@code to} is
   *     not newer
   */
  public MigrationPlan plan(long from, long to) {
    return MigrationPlan.between(version(from), version(to));
  }

  /**
   * Checks that two routes of one key, which any two processes took at any time, fit together.
   *
   * @param key the key that both routes are of, by {@link ShardRouter#explain}
   * @param one a route
   * @param other a route, of the same version or another
   * @throws IllegalStateException if one of them is not what its version answers, or they name
   *     different shards and the plan between their versions does not move the key, or the same
   *     shard and it does
   * @throws IllegalArgumentException if the version of one of them is not part of this history
   */
  public void check(Object key, Route one, Route other) {
    String both = both(key, one, other);
    requireAnswer(key, one, both);
    requireAnswer(key, other, both);
    if (one.version() < other.version()) {
      requireAgreement(key, one, other, plan(one.version(), other.version()));
    } else if (one.version() > other.version()) {
      requireAgreement(key, other, one, plan(other.version(), one.version()));
    }
  }

  private static String both(Object key, Route one, Route other) {
    String shown = TypedKeys.shown(TypedKeys.required(key));
    return "key " + shown + " went by " + one + " and by " + other;
  }

  private void requireAnswer(Object key, Route route, String both) {
    Topology topology = version(route.version());
    Route answer = ShardRouter.of(TopologySource.of(topology)).explain(key);
    if (!route.equals(answer)) {
      throw new IllegalStateException(
          both + "; version " + route.version() + " of " + topology.name() + " answers " + answer);
    }
  }

  static void requireAgreement(Object key, Route before, Route after, MigrationPlan plan) {
    boolean moves = plan.moves(key);
    if (before.shard().equals(after.shard()) == moves) {
      throw new IllegalStateException(
          both(key, before, after) + ("; " + plan + (moves ? " moves it" : " does not move it")));
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
