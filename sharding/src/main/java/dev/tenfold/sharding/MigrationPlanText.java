// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The text of a migration plan for people: collects what {@link MigrationPlan#text()} adds, and
 * sums the slots up by pairs of shards. Not thread-safe.
 */
final class MigrationPlanText {
  private final Topology from;
  private final Topology to;
  private final SortedMap<Integer, Flow> flows = new TreeMap<>(); // by the indexes of both shards
  private final List<String> pins = new ArrayList<>();
  private int slots;
  private long bytes;

  /** The slots that move from one shard to another one. */
  private static final class Flow {
    private int slots;
    private long bytes;
  }

  MigrationPlanText(Topology from, Topology to) {
    this.from = from;
    this.to = to;
  }

  /** Adds two estimates. Returns {@code Long.MAX_VALUE} if the sum is greater. */
  static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** Adds a slot that moves. */
  void addSlot(int slot, long slotBytes) {
    int pair =
        Topology.ownerIndex(from.table()[slot]) << Short.SIZE
            | Topology.ownerIndex(to.table()[slot]);
    Flow flow = flows.computeIfAbsent(pair, unseen -> new Flow());
    flow.slots++;
    flow.bytes = saturatedSum(flow.bytes, slotBytes);
    slots++;
    bytes = saturatedSum(bytes, slotBytes);
  }

  /** Adds a pinned key that moves, without an estimate. */
  void addPin(String key, ShardId before, ShardId after) {
    pins.add("  " + key + ": " + before + " -> " + after + "\n");
  }

  /** Adds a pinned key that moves. */
  void addPin(String key, ShardId before, ShardId after, long pinBytes) {
    pins.add("  " + key + ": " + before + " -> " + after + about(pinBytes) + "\n");
    bytes = saturatedSum(bytes, pinBytes);
  }

  /**
   * Returns the text.
   *
   * @param withSlotBytes whether estimates of the slots were added
   * @param withPinBytes whether estimates of the pinned keys were added
   */
  String text(boolean withSlotBytes, boolean withPinBytes) {
    StringBuilder lines = new StringBuilder();
    lines.append(from.name()).append(": version ").append(from.version());
    lines.append(" -> ").append(to.version()).append('\n');
    lines.append(total(withSlotBytes ? about(bytes) : "", withPinBytes)).append('\n');
    flows.forEach((pair, flow) -> {
      lines.append("  ").append(from.shards().get(pair >>> Short.SIZE)).append(" -> ");
      lines.append(to.shards().get(pair & Short.MAX_VALUE)).append(": ");
      lines.append(flow.slots == 1 ? "1 slot" : count(flow.slots) + " slots");
      lines.append(share(flow.slots)).append(withSlotBytes ? about(flow.bytes) : "");
      lines.append('\n');
    });
    pins.forEach(lines::append);
    return lines.toString();
  }

  private String total(String estimate, boolean withPinBytes) {
    if (slots == 0 && pins.isEmpty()) {
      return "nothing moves";
    }
    String moved =
        (count(slots) + " of " + count(from.slots()))
            + (slots == 1 ? " slots moves" : " slots move")
            + share(slots);
    if (pins.isEmpty()) {
      return moved + estimate;
    }
    String keys = pins.size() == 1 ? "1 pinned key" : count(pins.size()) + " pinned keys";
    return withPinBytes || estimate.isEmpty()
        ? moved + " and " + keys + estimate
        : moved + estimate + ", and " + keys;
  }

  private static String count(int count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private String share(int moved) {
    return String.format(Locale.ROOT, " (%.1f %%)", 100.0 * moved / from.slots());
  }

  private static String about(long bytes) {
    if (bytes < 1000) {
      return ", about " + bytes + " B";
    }
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 999.95) { // would be shown as 1000.0
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, ", about %.1f %cB", value, "kMGTPE".charAt(unit));
  }
}
