// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.Topology;
import java.util.ArrayList;
import java.util.List;

/**
 * A picture of all slots: a square per slot in the colour of its owner. Slots that would move stand
 * out.
 */
final class SlotMap {
  private static final int COLUMNS = 64;
  private static final int PITCH = 12;
  private static final int SIDE = 10;

  private final Topology now;
  private final Topology next;

  private SlotMap(MigrationPlan plan) {
    this.now = plan.from();
    this.next = plan.to();
  }

  static String html(MigrationPlan plan) {
    return new SlotMap(plan).draw();
  }

  private String draw() {
    StringBuilder legend = new StringBuilder();
    StringBuilder squares = new StringBuilder();
    List<ShardId> owners = next.shards();
    for (int i = 0; i < owners.size(); i++) {
      ShardId owner = owners.get(i);
      boolean known = now.shards().contains(owner);
      String colour = "c" + (i + 1);
      squares.append("<path class=\"slot ").append(colour).append("\" d=\"");
      for (int slot : slotsOf(owner)) {
        squares.append('M').append(slot % COLUMNS * PITCH).append(' ');
        squares.append(slot / COLUMNS * PITCH).append('h').append(SIDE).append('v').append(SIDE);
        squares.append("h-").append(SIDE).append('z');
      }
      squares.append("\"/>");
      legend.append("<li>").append(Html.areaKey("slot " + colour));
      legend.append(Html.escape(owner.value())).append(": ");
      legend.append(Figures.count(next.quota(owner)));
      legend.append(known ? " slots stay" : " slots would move here").append("</li>");
    }
    int height = (now.slots() + COLUMNS - 1) / COLUMNS * PITCH;
    return "<figure class=\"chart\"><ul class=\"legend\">"
        + legend
        + "</ul><svg class=\"slots\" viewBox=\"0 0 "
        + COLUMNS * PITCH
        + " "
        + height
        + "\" role=\"img\" aria-labelledby=\"slots-t\"><title id=\"slots-t\">"
        + "The slots by their owner after the change</title>"
        + squares
        + "</svg></figure>";
  }

  private List<Integer> slotsOf(ShardId owner) {
    List<Integer> slots = new ArrayList<>();
    for (int slot = 0; slot < next.slots(); slot++) {
      if (next.ownerOf(slot).equals(owner)) {
        slots.add(slot);
      }
    }
    return slots;
  }
}
