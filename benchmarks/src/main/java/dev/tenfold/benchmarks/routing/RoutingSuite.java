// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Budget;
import dev.tenfold.benchmarks.Row;
import dev.tenfold.benchmarks.Suite;
import dev.tenfold.core.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The suite {@code routing}: the way from a key to its shard. The budget of a route is the hash,
 * scaled to a slot, and 2 ns for the slot table: one read of the topology and one of the table.
 * With 4,000 shards the table exceeds the first-level cache, and the budget has 4 ns instead.
 *
 * <p>Below the table, {@link Comparison} shows the balance of all placements and the keys that
 * move.
 */
public final class RoutingSuite implements Suite {
  private static final int[] SIZES = {16, 100, 1000, 4000};
  private static final int MAX_RING_SHARDS = 1000; // more points only cost memory and time
  private static final int ONE_SIZE = 100;

  private static final double TABLE_NANOS = 2;
  private static final double LARGE_TABLE_NANOS = 4;
  private static final double PINS_NANOS = 4;
  private static final double HOT_KEYS_NANOS = 5;
  private static final int PINNED_ONE_IN = 16;

  private static final int SLOT_BYTES = 2;
  private static final int SHARD_BYTES = 200;

  private static final String NUMBER = "number";
  private static final String TEXT = "text";
  private static final String JUMP_BACK = "hash4j JumpBackHash";
  private static final String ANCHOR = "hash4j JumpBackAnchorHash";
  private static final String GUAVA = "Guava Hashing.consistentHash";
  private static final String RING = "TreeMap ring, 160 points per shard";
  private static final String LOGARITHMS = "loop of -w / ln u";

  /** The floor does not depend on the number of shards: all rows of a key type share it. */
  private static final Arm NUMBER_FLOOR =
      arm("tenfold-h1 of a long, scaled", NUMBER, Contender.HASH_AND_SCALE, ONE_SIZE);

  private static final Arm TEXT_FLOOR =
      arm("tenfold-h1 of a String, scaled", TEXT, Contender.HASH_AND_SCALE, ONE_SIZE);

  /** For the service loader. */
  public RoutingSuite() {}

  @Override
  public String name() {
    return "routing";
  }

  @Override
  public String description() {
    return "the way from a key to its shard, beside consistent hashing";
  }

  @Override
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int shards : SIZES) {
      rows.add(number(shards));
      rows.addAll(pinned(shards));
      rows.add(observed(shards));
    }
    for (int shards : SIZES) {
      rows.add(text(shards));
    }
    rows.addAll(ketama());
    rows.addAll(rendezvous());
    rows.add(jump(100));
    rows.add(jump(1000));
    rows.add(plan());
    for (int shards : SIZES) {
      rows.add(held(shards));
    }
    return rows;
  }

  @Override
  public String appendix(TimeSource time) {
    return Comparison.of(time, 16, 100, 1000);
  }

  private static Row number(int shards) {
    Arm jumpBack = arm(JUMP_BACK, NUMBER, Contender.JUMP_BACK, shards);
    Arm anchor = arm(ANCHOR, NUMBER, Contender.JUMP_BACK_ANCHOR, shards);
    Row.Builder row =
        Row.of(
                "route(long), " + over(shards),
                arm("ShardRouter.route(long)", NUMBER, Contender.SLOTS, shards))
            .peers(jumpBack, anchor, arm(GUAVA, NUMBER, Contender.GUAVA, shards));
    if (shards <= MAX_RING_SHARDS) {
      row.peers(arm(RING, NUMBER, Contender.RING, shards));
    }
    return row.within(Budget.sum(NUMBER_FLOOR).plus(table(shards)))
        .aheadOf(jumpBack, anchor)
        .allocatesNothing()
        .build();
  }

  private static List<Row> pinned(int shards) {
    String name = "route(long), " + Keys.PINNED + " keys pinned, ";
    Arm other = arm("ShardRouter.route(long), 100 pins", NUMBER, Contender.SLOTS_PINNED, shards);
    Arm mixed =
        Arm.timed(
            "ShardRouter.route(long), 100 pins, 1 in 16",
            RoutingBenchmark.class,
            NUMBER,
            "contender",
            Contender.SLOTS_PINNED,
            "shards",
            shards,
            "pinnedOneIn",
            PINNED_ONE_IN);
    Budget budget = Budget.sum(NUMBER_FLOOR).plus(table(shards) + PINS_NANOS);
    return List.of(
        Row.of(name + "other keys, " + over(shards), other)
            .within(budget)
            .allocatesNothing()
            .build(),
        Row.of(name + "1 key in " + PINNED_ONE_IN + " one of them, " + over(shards), mixed)
            .within(budget)
            .allocatesNothing()
            .build());
  }

  private static Row observed(int shards) {
    return Row.of(
            "route(long), observed by HotKeys, " + over(shards),
            arm("HotKeys.route(long)", NUMBER, Contender.SLOTS_OBSERVED, shards))
        .within(Budget.sum(NUMBER_FLOOR).plus(table(shards) + HOT_KEYS_NANOS))
        .allocatesNothing()
        .build();
  }

  /** No claim to be faster: the text hash of hash4j need not stay the same between releases. */
  private static Row text(int shards) {
    Arm anchor = arm(ANCHOR, TEXT, Contender.JUMP_BACK_ANCHOR, shards);
    Row.Builder row =
        Row.of(
                "route(String), 8 to 24 characters, " + over(shards),
                arm("ShardRouter.route(String)", TEXT, Contender.SLOTS, shards))
            .peers(anchor);
    if (shards == ONE_SIZE) {
      row.peers(
          arm(JUMP_BACK, TEXT, Contender.JUMP_BACK, shards),
          arm(GUAVA, TEXT, Contender.GUAVA, shards),
          arm(RING, TEXT, Contender.RING, shards));
    }
    return row.within(Budget.sum(TEXT_FLOOR).plus(TABLE_NANOS))
        .atMostTimes(1.05, anchor)
        .allocatesNothing()
        .build();
  }

  private static double table(int shards) {
    return shards <= 1000 ? TABLE_NANOS : LARGE_TABLE_NANOS;
  }

  private static List<Row> ketama() {
    String tree = "TreeMap ring of the same points";
    Arm ring = arm(tree, NUMBER, Contender.KETAMA_RING, ONE_SIZE);
    String sorted = "binary search over a sorted long[]";
    Arm array = arm(sorted, NUMBER, Contender.KETAMA_ARRAY, ONE_SIZE);
    return List.of(
        Row.of(
                "ketama from a point, 100 shards",
                arm("KetamaStrategy, from a point", NUMBER, Contender.KETAMA, ONE_SIZE))
            .peers(ring, array)
            .timesAheadOf(1.5, ring)
            .aheadOf(array)
            .build(),
        // no claim, since MD5 is the larger part
        Row.of(
                "ketama from a String, 100 shards",
                arm("KetamaStrategy.route(String)", TEXT, Contender.KETAMA, ONE_SIZE))
            .peers(arm(tree, TEXT, Contender.KETAMA_RING, ONE_SIZE))
            .build());
  }

  private static List<Row> rendezvous() {
    String ours = "RendezvousStrategy.route(long)";
    Arm equal = arm(LOGARITHMS, NUMBER, Contender.LOGARITHMS, ONE_SIZE);
    Arm highest = arm("loop for the highest hash", NUMBER, Contender.HIGHEST_HASH, ONE_SIZE);
    Arm mixed = arm(LOGARITHMS + ", weights 1 to 4", NUMBER, Contender.LOGARITHMS_MIXED, ONE_SIZE);
    return List.of(
        Row.of(
                "weighted rendezvous, equal weights, 100 shards",
                arm(ours, NUMBER, Contender.RENDEZVOUS, ONE_SIZE))
            .peers(equal, highest)
            .timesAheadOf(1.5, equal, highest)
            .build(),
        Row.of(
                "weighted rendezvous, weights 1 to 4, 100 shards",
                arm(ours + ", weights 1 to 4", NUMBER, Contender.RENDEZVOUS_MIXED, ONE_SIZE))
            .peers(mixed)
            .timesAheadOf(1.5, mixed)
            .build());
  }

  private static Row jump(int shards) {
    Arm guava = arm(GUAVA, NUMBER, Contender.GUAVA, shards);
    return Row.of(
            "jump, " + count(shards) + " shards",
            arm("JumpStrategy.route(long)", NUMBER, Contender.JUMP, shards))
        .peers(guava)
        .atMostTimes(1.1, guava)
        .build();
  }

  private static Row plan() {
    int shards = 4000;
    Arm pass =
        Arm.timed(
            "one pass over two short[65,536]",
            MigrationPlanBenchmark.class,
            "pass",
            "shards",
            shards);
    return Row.of(
            "MigrationPlan.between, 1 added to " + over(shards),
            Arm.timed(
                "MigrationPlan.between", MigrationPlanBenchmark.class, "between", "shards", shards))
        .peers(pass)
        .atMostTimes(10, pass)
        .build();
  }

  private static Row held(int shards) {
    Row.Builder row =
        Row.of(
                "memory held by a router, " + over(shards),
                held("ShardRouter with its topology", Contender.SLOTS, shards))
            .peers(held(ANCHOR, Contender.JUMP_BACK_ANCHOR, shards));
    if (shards <= MAX_RING_SHARDS) {
      Arm ring = held(RING, Contender.RING, shards);
      row.peers(ring).aheadOf(ring);
    }
    return row.atMost(SLOT_BYTES * Tenfold.slotsFor(shards) + SHARD_BYTES * shards).build();
  }

  private static Arm arm(String name, String method, Contender contender, int shards) {
    return Arm.timed(
        name, RoutingBenchmark.class, method, "contender", contender, "shards", shards);
  }

  private static Arm held(String name, Contender contender, int shards) {
    return new Arm.Footprint(name, () -> contender.over(shards));
  }

  private static String over(int shards) {
    return count(shards) + " shards on " + count(Tenfold.slotsFor(shards)) + " slots";
  }

  private static String count(int count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
