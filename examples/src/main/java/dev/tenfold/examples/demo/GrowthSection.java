// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** The section of the report about the topology: its switch, and a dry run for a third shard. */
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
        .element("h2", "Topology: the switch, and a third shard")
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
            : " Both instances routed by version 2 "
                + Figures.seconds(routing.followedSeconds())
                + " later.";
    String agreed =
        routing.agreed()
            ? " At the end both reported version "
                + routing.published().version()
                + " with checksum "
                + routing.published().checksum()
                + ", as in the file."
            : " At the end they did not both route by the version in the file.";
    return "A text file, the topology, assigns users to shards. Both instances watch the file. At "
        + Figures.clock(routing.publishedSecond())
        + ", under traffic, version 2 was published. Version 2 pins the busiest user to her present"
        + " shard, so that she no longer moves with the other users of her slot."
        + followed
        + agreed;
  }

  private String planned() {
    return "Users are hashed to "
        + Figures.count(growth.plan().from().slots())
        + " slots, and each slot belongs to a shard. A version 3 with one more shard would move "
        + Figures.count(growth.plan().slotsMoved())
        + " slots and about "
        + Figures.bytes(growth.movedBytes())
        + " of "
        + Figures.bytes(growth.storedBytes())
        + ", all of them to the new shard and none between the other two. This is a dry run: no data"
        + " moved. Each square is a slot.";
  }

  private static final String HOW_BYTES =
      "The bytes are those of the tables and indexes of each shard on disk at the end of the run,"
          + " divided by the users and bookings in each slot. The migration plan as text:";
}
