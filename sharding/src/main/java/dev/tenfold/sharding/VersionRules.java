// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which one topology may follow another: the same name, the same number of slots, and a
 * higher version. {@link Topology#succeeds} is the rule as a condition; this class words the
 * refusals.
 *
 * <p>The rule is applied to each text that {@link TopologyWatch} loads, and by {@link
 * MigrationPlan#between}. {@link EvolutionRule} adds a condition for {@link TopologyFile} and
 * {@link TopologyHistory}. {@code jdbc.TopologyTable} has the rule as SQL, with the condition that
 * the version is the very next one.
 */
final class VersionRules {
  private VersionRules() {}

  /**
   * Returns whether a topology follows another one.
   *
   * @return true if {@code after} follows {@code before}, false if both are the same topology
   * @throws TopologyException if neither is the case; the message names both and the reason
   */
  static boolean isNewVersion(Topology before, Topology after) {
    String objection = objection(before, after);
    if (objection != null) {
      throw refusal(before, after, objection);
    }
    return after.version() > before.version();
  }

  /**
   * Refuses a topology that does not follow another one.
   *
   * @throws IllegalArgumentException if it does not; the message names both and the reason
   */
  static void requireNewVersion(Topology before, Topology after) {
    if (!after.succeeds(before)) {
      String objection =
          Objects.requireNonNullElse(
              objection(before, after), "its version is not higher than that of the other");
      throw new IllegalArgumentException(cannotFollow(before, after) + ": " + objection);
    }
  }

  /** Returns why a topology cannot follow another; null if it can, or if both are the same. */
  private static @Nullable String objection(Topology before, Topology after) {
    if (!after.name().equals(before.name())) {
      return "its name is another one";
    }
    if (after.slots() != before.slots()) {
      return "it has "
          + after.slots()
          + " slots, not "
          + before.slots()
          + "; the number of slots cannot change";
    }
    if (after.version() < before.version()) {
      return "its version goes back";
    }
    return after.version() > before.version() || after.checksum().equals(before.checksum())
        ? null
        : "it is another topology of the same version, so two were evolved at once, or one was built"
            + " anew instead of evolved";
  }

  static TopologyException refusal(Topology before, Topology after, String objection) {
    return new TopologyException(cannotFollow(before, after) + ", which stays: " + objection, null);
  }

  static String cannotFollow(Topology before, Topology after) {
    return describe(after) + " cannot follow " + describe(before);
  }

  /** Returns name, version and checksum for a message. */
  static String describe(Topology topology) {
    return "topology "
        + topology.name()
        + " v"
        + topology.version()
        + " (checksum "
        + topology.checksum()
        + ")";
  }
}
