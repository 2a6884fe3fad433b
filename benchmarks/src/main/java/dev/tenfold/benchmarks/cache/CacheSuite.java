// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.cache;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Budget;
import dev.tenfold.benchmarks.Floors;
import dev.tenfold.benchmarks.Row;
import dev.tenfold.benchmarks.Suite;
import java.util.List;

/**
 * The suite {@code cache}: a hit in memory. The budget is a hit in Caffeine with expiry, which
 * reads the clock too, one striped add, because Tenfold counts its hits, and 2 ns for the call of
 * Caffeine.
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
  public String description() {
    return "a hit in memory, beside Caffeine and ConcurrentHashMap";
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
