// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Formula;
import dev.tenfold.benchmarks.Row;
import dev.tenfold.benchmarks.Suite;
import java.util.ArrayList;
import java.util.List;

/**
 * From a key to its shard. The reach of a route is its hash and the scaling of it to a slot, with 2
 * ns for what a slot table adds: one read of the topology and one of the table.
 */
public final class RoutingSuite implements Suite {
  private static final double TABLE_NANOS = 2;

  private static final String JUMP_BACK = "hash4j JumpBackHash";
  private static final String ANCHOR = "hash4j JumpBackAnchorHash";
  private static final String GUAVA = "Guava Hashing.consistentHash";
  private static final String RING = "TreeMap ring, 160 points per shard";

  /** For the service loader. */
  public RoutingSuite() {}

  @Override
  public String name() {
    return "routing";
  }

  @Override
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int shards : new int[] {16, 100}) {
      rows.add(number(shards));
      rows.add(text(shards));
    }
    rows.add(held(100));
    return rows;
  }

  private static Row number(int shards) {
    Arm jumpBack = arm(JUMP_BACK, "number", Contender.JUMP_BACK, shards);
    Arm anchor = arm(ANCHOR, "number", Contender.JUMP_BACK_ANCHOR, shards);
    return row("long", "number", shards, jumpBack, anchor).aheadOf(jumpBack, anchor).build();
  }

  /** Not claimed to be ahead: hash4j's own hash of text is faster than the frozen one. */
  private static Row text(int shards) {
    Arm jumpBack = arm(JUMP_BACK, "text", Contender.JUMP_BACK, shards);
    Arm anchor = arm(ANCHOR, "text", Contender.JUMP_BACK_ANCHOR, shards);
    return row("String", "text", shards, jumpBack, anchor).build();
  }

  private static Row.Builder row(String key, String method, int shards, Arm jumpBack, Arm anchor) {
    // The floor knows no shards: one number serves all rows of a key.
    Arm floor = arm("tenfold-h1 of a " + key + ", scaled", method, Contender.HASH_AND_SCALE, 1);
    String name = "route(" + key + "), " + shards + " shards on 4,096 slots";
    return Row.of(name, arm("ShardRouter.route(" + key + ")", method, Contender.OURS, shards))
        .peers(
            jumpBack,
            anchor,
            arm(GUAVA, method, Contender.GUAVA, shards),
            arm(RING, method, Contender.RING, shards))
        .within(Formula.sum(floor).plus(TABLE_NANOS))
        .allocatesNothing();
  }

  private static Arm arm(String name, String method, Contender contender, int shards) {
    return Arm.timed(
        name, RoutingBenchmark.class, method, "contender", contender, "shards", shards);
  }

  private static Row held(int shards) {
    Arm ring = held(RING, Contender.RING, shards);
    return Row.of(
            "memory held by a router of " + shards + " shards",
            held("ShardRouter with its topology", Contender.OURS, shards))
        .peers(
            held(JUMP_BACK, Contender.JUMP_BACK, shards),
            held(ANCHOR, Contender.JUMP_BACK_ANCHOR, shards),
            held(GUAVA, Contender.GUAVA, shards),
            ring)
        .aheadOf(ring)
        .build();
  }

  private static Arm held(String name, Contender contender, int shards) {
    return new Arm.Held(name, () -> contender.over(shards));
  }
}
