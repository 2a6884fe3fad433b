// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which a version shows that it was evolved from the version right before it: no more
 * slots move than the quotas of both versions demand. The rule is not applied where versions are
 * left out, because several changes at once may move more. {@link VersionRules} has the other
 * rules.
 */
final class EvolutionRule {
  private EvolutionRule() {}

  /**
   * Returns whether a topology follows another one, by {@link VersionRules#isNewVersion} and by
   * this rule.
   *
   * @return true if {@code after} follows {@code before}, false if both are the same topology
   * @throws TopologyException if neither is the case; the message names both and the reason
   */
  static boolean isNewVersion(Topology before, Topology after) {
    boolean isNew = VersionRules.isNewVersion(before, after);
    String objection = isNew ? objection(MigrationPlan.between(before, after)) : null;
    if (objection != null) {
      throw VersionRules.refusal(before, after, objection);
    }
    return isNew;
  }

  /** Returns why a version cannot have been evolved from the one before, or null if it can. */
  static @Nullable String objection(MigrationPlan plan) {
    if (plan.to().version() != plan.from().version() + 1) {
      return null;
    }
    int demanded = demandedSlots(plan.from(), plan.to());
    return plan.slotsMoved() == demanded
        ? null
        : plan.slotsMoved()
            + " slots would move, the quotas demand "
            + demanded
            + ": it was not evolved from this version";
  }

  /** Returns the sum of what the shards of one version have above their quotas in the next. */
  private static int demandedSlots(Topology from, Topology to) {
    Set<ShardId> remaining = new HashSet<>(to.shards());
    int demanded = 0;
    for (ShardId shard : from.shards()) {
      int quota = remaining.contains(shard) ? to.quota(shard) : 0;
      demanded += Math.max(0, from.quota(shard) - quota);
    }
    return demanded;
  }
}
