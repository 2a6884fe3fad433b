// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/**
 * The part of the report about the topology: who agreed on it, and what a third shard would move.
 */
final class GrowthSection {
  private final Growth growth;

  private GrowthSection(Growth growth) {
    this.growth = growth;
  }

  static String html(Growth growth) {
    return new GrowthSection(growth).section();
  }

  private String section() {
    return new Html()
        .element("h2", "Room for more: a third shard, planned")
        .element("p", agreed())
        .element("p", planned())
        .raw(SlotMap.html(growth.plan()))
        .element("p", HOW_BYTES)
        .raw("<div class=\"scroll\"><pre class=\"plan\">")
        .text(growth.text())
        .raw("</pre></div>\n")
        .toString();
  }

  private String agreed() {
    Evidence.Routing routing = growth.routing();
    String followed =
        Double.isNaN(routing.followedSeconds())
            ? ""
            : " Both routed by it " + Figures.seconds(routing.followedSeconds()) + " later.";
    String agreed =
        routing.agreed()
            ? " At the end both said that they route by version "
                + routing.published().version()
                + " with checksum "
                + routing.published().checksum()
                + ", which is what the file says."
            : " At the end not both of them routed by what the file says.";
    return "Which shard owns which user stands in a text file, the topology, which both instances"
        + " watch. At "
        + Figures.clock(routing.publishedSecond())
        + ", in the middle of the traffic, version 2 was published. It pins the busiest user to the"
        + " shard where she is, so that she no longer moves with her neighbours."
        + followed
        + agreed;
  }

  private String planned() {
    return "Users are hashed to "
        + Figures.count(growth.plan().from().slots())
        + " slots, and slots are dealt to shards. This is what version 3 would change if it added a"
        + " shard: "
        + Figures.count(growth.plan().slotsMoved())
        + " slots and about "
        + Figures.bytes(growth.movedBytes())
        + " of "
        + Figures.bytes(growth.storedBytes())
        + ", all of them to the newcomer and none between the two shards that stay. It is a dry run:"
        + " nothing was moved, and nothing routes by it. Each square is a slot.";
  }

  private static final String HOW_BYTES =
      "The bytes are those of each shard's tables and indexes on disk at the end of the run, shared out"
          + " by the users and bookings in each slot. The plan as an operator reads it:";
}
