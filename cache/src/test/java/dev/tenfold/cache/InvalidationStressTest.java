// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.cache.Threads.Running;
import dev.tenfold.core.Codec;
import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many threads write, invalidate and read one key. The invariant: a read that begins after an
 * invalidation has returned does not see a value older than the one written before that
 * invalidation.
 */
@Timeout(120)
class InvalidationStressTest {
  private static final int ROUNDS = 4_000;
  private static final int READERS = 4;
  private static final int WRITERS = 2;

  private final AtomicInteger source = new AtomicInteger();
  private final AtomicInteger acknowledged = new AtomicInteger();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void get_memoryOnly_neverOlderThanTheLastInvalidation(long seed) throws Exception {
    check(builder().ttl(Duration.ofMinutes(1)).build(), seed);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void get_twoTiers_neverOlderThanTheLastInvalidation(long seed) throws Exception {
    var store = new MapStore(new ManualTimeSource());
    store.afterRead = Thread::yield;
    store.beforeWrite = Thread::yield;
    check(builder().remote(store).ttl(Duration.ofMinutes(1)).codec(Codec.strings()).build(), seed);
  }

  private TieredCache.Builder<String, String> builder() {
    return TieredCache.<String, String>builder("stress")
        .loader(key -> read())
        .bulkLoader(keys -> Map.of("k", read()));
  }

  /** Reads the source and yields, so that the value may be old when it is returned. */
  private String read() {
    String read = String.valueOf(source.get());
    Thread.yield();
    return read;
  }

  private void check(TieredCache<String, String> cache, long seed) throws Exception {
    List<Running<Void>> all = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Random random = new Random(seed * 100 + i);
      all.add(Threads.start(() -> write(cache, random)));
    }
    for (int i = 0; i < READERS; i++) {
      Random random = new Random(seed * 100 + 50 + i);
      all.add(Threads.start(() -> readAndCompare(cache, random)));
    }
    for (Running<Void> each : all) {
      each.get();
    }
    assertThat(cache.stats().memoryHits()).isPositive();
  }

  private Void write(TieredCache<String, String> cache, Random random) {
    for (int i = 0; i < ROUNDS; i++) {
      int written = source.incrementAndGet();
      assertThat(cache.invalidate("k")).isTrue();
      acknowledged.accumulateAndGet(written, Math::max);
      if (random.nextInt(4) == 0) {
        Thread.yield();
      }
    }
    return null;
  }

  private Void readAndCompare(TieredCache<String, String> cache, Random random) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      int least = acknowledged.get();
      String seen =
          switch (random.nextInt(3)) {
            case 0 -> cache.getAll(List.of("k")).get("k");
            case 1 -> cache.getAsync("k").get();
            default -> cache.get("k");
          };
      assertThat(Integer.parseInt(seen)).isGreaterThanOrEqualTo(least);
    }
    return null;
  }
}
