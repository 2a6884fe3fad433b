// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Times the comparison of two versions of a topology. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MigrationPlanBenchmark {

  /** Two versions of a topology. */
  @State(Scope.Benchmark)
  public static class Versions {
    /** The number of shards before. */
    @Param({"4000"})
    public int shards;

    Topology before;
    Topology after;

    /** Creates the versions. */
    @Setup
    public void setUp() {
      before = Tenfold.topology(shards).build();
      after = before.evolve().add(Tenfold.name(shards), 1).build();
    }
  }

  /** The two versions as arrays: the number of the shard for each slot. */
  @State(Scope.Benchmark)
  public static class Tables {
    short[] before = {};
    short[] after = {};

    /**
     * Creates the tables.
     *
     * @param versions the versions
     */
    @Setup
    public void setUp(Versions versions) {
      Map<ShardId, Short> numbers = new HashMap<>();
      List<ShardId> shards = versions.after.shards();
      for (int i = 0; i < shards.size(); i++) {
        numbers.put(shards.get(i), (short) i);
      }
      before = table(versions.before, numbers);
      after = table(versions.after, numbers);
    }

    private static short[] table(Topology topology, Map<ShardId, Short> numbers) {
      short[] table = new short[topology.slots()];
      for (int slot = 0; slot < table.length; slot++) {
        table[slot] = numbers.get(topology.ownerOf(slot));
      }
      return table;
    }
  }

  /**
   * Creates the plan.
   *
   * @param versions the versions
   * @return the plan
   */
  @Benchmark
  public MigrationPlan between(Versions versions) {
    return MigrationPlan.between(versions.before, versions.after);
  }

  /**
   * Compares both tables in one pass.
   *
   * @param tables the tables
   * @return the number of slots with another owner
   */
  @Benchmark
  public int pass(Tables tables) {
    short[] before = tables.before;
    short[] after = tables.after;
    int count = 0;
    for (int slot = 0; slot < before.length; slot++) {
      if (before[slot] != after[slot]) {
        count++;
      }
    }
    return count;
  }
}
