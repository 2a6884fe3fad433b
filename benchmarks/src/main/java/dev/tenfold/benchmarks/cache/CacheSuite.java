// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.cache;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Floors;
import dev.tenfold.benchmarks.Formula;
import dev.tenfold.benchmarks.Row;
import dev.tenfold.benchmarks.Suite;
import java.util.List;

/**
 * A hit in memory. Ours expires entries, so it has to read the clock as Caffeine does once it
 * expires them; that Caffeine is what the reach is built from. The 5 ns on top pay for one striped
 * add (hits are counted, which the peers here do not do) and for the way to Caffeine.
 */
public final class CacheSuite implements Suite {
  private static final double ENTRY_NANOS = 5;

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

  @Override
  public List<Arm> floors() {
    return List.of(
        Floors.RAW_CALL,
        Floors.CLOCK_READ,
        Floors.STRIPED_ADD,
        Floors.CLOCK_READ.threads(2),
        Floors.STRIPED_ADD_CONTENDED);
  }

  private static Row hit(String name, int threads) {
    Arm expiring = arm("Caffeine, expireAfterWrite", Contender.CAFFEINE_EXPIRING, threads);
    return Row.of(
            threads == 1 ? name : name + ", " + threads + " threads on one cache",
            arm("TieredCache.get, memory only", Contender.OURS, threads))
        .peers(
            arm("Caffeine, no expiry", Contender.CAFFEINE, threads),
            expiring,
            arm("ConcurrentHashMap", Contender.MAP, threads))
        .within(Formula.sum(expiring).plus(ENTRY_NANOS))
        .allocatesNothing()
        .build();
  }

  private static Arm arm(String name, Contender contender, int threads) {
    Arm.Timed arm = Arm.timed(name, MemoryHitBenchmark.class, "hit", "contender", contender);
    return threads == 1 ? arm : arm.threads(threads);
  }
}
