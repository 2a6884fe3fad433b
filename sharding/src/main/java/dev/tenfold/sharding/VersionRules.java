// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which topology may take the place of which. */
final class VersionRules {
  private VersionRules() {}

  /**
   * Says whether one topology takes the place of another.
   *
   * @return true if it does, false if both are the same
   * @throws TopologyException if it must not, naming both and the reason
   */
  static boolean advances(Topology before, Topology after) {
    if (after.succeeds(before)) {
      return true;
    }
    String why;
    if (!after.name().equals(before.name())) {
      why = "it is another topology";
    } else if (after.slots() != before.slots()) {
      why = "it has " + after.slots() + " slots, not " + before.slots();
    } else if (after.version() < before.version()) {
      why = "its version goes back";
    } else if (!after.checksum().equals(before.checksum())) {
      why =
          "it is another topology of the same version, so two were evolved at once, or one was built"
              + " anew instead of evolved";
    } else {
      return false;
    }
    throw refusal(before, after, why);
  }

  /**
   * Does what {@link #advances} does, and refuses a next version too that was built anew instead of
   * evolved, where that shows.
   *
   * @return true if it takes the place of the other, false if both are the same
   * @throws TopologyException if it must not, naming both and the reason
   */
  static boolean evolves(Topology before, Topology after) {
    boolean news = advances(before, after);
    String why = news ? excessReason(MigrationPlan.between(before, after)) : null;
    if (why != null) {
      throw refusal(before, after, why);
    }
    return news;
  }

  private static TopologyException refusal(Topology before, Topology after, String why) {
    return new TopologyException(
        (described(after) + " cannot follow " + described(before)) + (", which stays: " + why),
        null);
  }

  /**
   * Returns what shows that a version was not evolved from the one right before it: that more slots
   * move than the quotas of both demand. Where versions are left out, several changes come
   * together, which may move more.
   *
   * @return the reason to refuse it, or null if there is none
   */
  static @Nullable String excessReason(MigrationPlan step) {
    Topology from = step.from();
    Topology to = step.to();
    Set<ShardId> stay = new HashSet<>(to.shards());
    int demanded = 0;
    for (ShardId shard : from.shards()) {
      int quota = stay.contains(shard) ? to.quota(shard) : 0;
      demanded += Math.max(0, from.quota(shard) - quota);
    }
    return to.version() != from.version() + 1 || step.slotsMoved() == demanded
        ? null
        : step.slotsMoved()
            + " slots would move, the quotas demand "
            + demanded
            + ": it was not evolved from this one";
  }

  static String described(Topology topology) {
    return "topology "
        + topology.name()
        + " v"
        + topology.version()
        + " (checksum "
        + topology.checksum()
        + ")";
  }
}
