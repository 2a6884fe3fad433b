// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.cache;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Budget;
import dev.tenfold.benchmarks.Floors;
import dev.tenfold.benchmarks.Row;
import dev.tenfold.benchmarks.Suite;
import java.util.List;

/**
 * A hit in memory. The budget is Caffeine that expires entries too, and so reads the clock too,
 * with one striped add, because ours counts its hits, and 2 ns for the way to Caffeine.
 */
public final class CacheSuite implements Suite {
  private static final double WAY_NANOS = 2;

  /** For the service loader. */
  public CacheSuite() {}

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public List<Row> rows() {
    return List.of(hit("memory hit, 1,024 entries", 1), hit("memory hit, 1,024 entries", 2));
  }

  private static Row hit(String name, int threads) {
    Arm expiring = arm("Caffeine, expireAfterWrite", Contender.CAFFEINE_EXPIRING, threads);
    Arm count = threads == 1 ? Floors.STRIPED_ADD : Floors.STRIPED_ADD_CONTENDED;
    return Row.of(
            threads == 1 ? name : name + ", " + threads + " threads on one cache",
            arm("TieredCache.get, memory only", Contender.OURS, threads))
        .peers(
            arm("Caffeine, no expiry", Contender.CAFFEINE, threads),
            expiring,
            arm("ConcurrentHashMap", Contender.MAP, threads))
        .within(Budget.sum(expiring, count).plus(WAY_NANOS))
        .allocatesNothing()
        .build();
  }

  private static Arm arm(String name, Contender contender, int threads) {
    Arm.Timed arm = Arm.timed(name, MemoryHitBenchmark.class, "hit", "contender", contender);
    return threads == 1 ? arm : arm.threads(threads);
  }
}
