// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

/** Which topology may take the place of which. */
final class Succession {
  private Succession() {}

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
      why = "it is another topology of the same version, so two were evolved at once";
    } else {
      return false;
    }
    throw new TopologyException(
        described(after) + " cannot follow " + described(before) + ": " + why, null);
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
