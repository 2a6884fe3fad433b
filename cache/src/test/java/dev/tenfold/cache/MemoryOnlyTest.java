// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.ReadIntent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MemoryOnlyTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final AtomicInteger loads = new AtomicInteger();

  private TieredCache.Builder<Long, String> builder() {
    return TieredCache.<Long, String>builder("users")
        .ttl(Duration.ofSeconds(10))
        .timeSource(time)
        .executor(Runnable::run);
  }

  private TieredCache<Long, String> counting() {
    return builder().loader(key -> "v" + key + "." + loads.incrementAndGet()).build();
  }

  @Test
  void get_again_loadsOnce() {
    TieredCache<Long, String> cache = counting();
    assertThat(cache.get(1L)).isEqualTo("v1.1");
    assertThat(cache.get(1L)).isEqualTo("v1.1");
    assertThat(cache.stats().memoryHits()).isEqualTo(1);
    assertThat(cache.stats().misses()).isEqualTo(1);
    assertThat(cache.stats().loads()).isEqualTo(1);
  }

  @Test
  void get_ttlOver_loadsAgain() {
    TieredCache<Long, String> cache = counting();
    cache.get(1L);
    time.advance(Duration.ofMillis(9_999));
    assertThat(cache.get(1L)).isEqualTo("v1.1");
    time.advance(Duration.ofMillis(1));
    assertThat(cache.get(1L)).isEqualTo("v1.2");
  }

  @Test
  void get_moreThanMaxEntries_evicts() {
    TieredCache<Long, String> cache =
        builder().memory(m -> m.maxEntries(10)).loader(key -> "v" + key).build();
    for (long key = 0; key < 100; key++) {
      cache.get(key);
    }
    for (long key = 0; key < 100; key++) {
      cache.get(key);
    }
    assertThat(cache.stats().loads()).isGreaterThanOrEqualTo(180);
  }

  @Test
  void get_loaderReturnsNull_nullAndNotCached() {
    TieredCache<Long, String> cache =
        builder()
            .loader(key -> {
              loads.incrementAndGet();
              return null;
            })
            .build();
    assertThat(cache.get(1L)).isNull();
    assertThat(cache.get(1L)).isNull();
    assertThat(loads).hasValue(2);
  }

  @Test
  void get_loaderThrows_wrappedCountedAndNotCached() {
    var down = new IOException("down");
    TieredCache<Long, String> cache =
        builder()
            .loader(key -> {
              if (loads.incrementAndGet() == 1) {
                throw down;
              }
              return "back";
            })
            .build();
    assertThatExceptionOfType(CacheLoadException.class)
        .isThrownBy(() -> cache.get(1L))
        .withCause(down)
        .withMessageContaining("users");
    assertThat(cache.stats().loadFailures()).isEqualTo(1);
    assertThat(cache.get(1L)).isEqualTo("back");
  }

  @Test
  void get_loaderThrowsError_sameErrorAndNotCached() {
    var bug = new AssertionError("bug");
    TieredCache<Long, String> cache =
        builder()
            .loader(key -> {
              if (loads.incrementAndGet() == 1) {
                throw bug;
              }
              return "back";
            })
            .build();
    assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> cache.get(1L)).isSameAs(bug);
    assertThat(cache.get(1L)).isEqualTo("back");
  }

  @Test
  void get_loaderInterrupted_flagIsSetAgain() {
    TieredCache<Long, String> cache =
        builder()
            .loader(key -> {
              throw new InterruptedException();
            })
            .build();
    assertThatExceptionOfType(CacheLoadException.class)
        .isThrownBy(() -> cache.get(1L))
        .withCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void invalidate_always_nextGetLoads() {
    TieredCache<Long, String> cache = counting();
    cache.get(1L);
    assertThat(cache.invalidate(1L)).isTrue();
    assertThat(cache.get(1L)).isEqualTo("v1.2");
  }

  @Test
  void getAll_someInMemory_loadsTheRestInOneCallInOrder() {
    List<Set<Long>> asked = new ArrayList<>();
    TieredCache<Long, String> cache =
        builder()
            .bulkLoader(keys -> {
              asked.add(Set.copyOf(keys));
              Map<Long, String> all = new HashMap<>();
              keys.forEach(key -> all.put(key, "v" + key));
              all.remove(4L);
              all.put(99L, "nobody asked");
              return all;
            })
            .build();
    cache.get(2L);
    assertThat(cache.getAll(List.of(3L, 2L, 4L, 1L, 3L)))
        .containsExactly(Map.entry(3L, "v3"), Map.entry(2L, "v2"), Map.entry(1L, "v1"));
    assertThat(asked).containsExactly(Set.of(2L), Set.of(1L, 3L, 4L));
    assertThat(cache.getAll(List.of(1L, 2L, 3L))).hasSize(3);
    assertThat(asked).hasSize(2);
    assertThat(cache.stats().misses()).isEqualTo(4);
  }

  @Test
  void getAll_noBulkLoader_loadsKeyByKeyAndKeepsWhatWasLoaded() {
    TieredCache<Long, String> cache =
        builder()
            .loader(key -> {
              loads.incrementAndGet();
              if (key == 2L) {
                throw new IOException("no 2");
              }
              return "v" + key;
            })
            .build();
    assertThatExceptionOfType(CacheLoadException.class)
        .isThrownBy(() -> cache.getAll(List.of(1L, 2L, 3L)));
    assertThat(cache.get(1L)).isEqualTo("v1");
    assertThat(loads).hasValue(2);
    assertThat(cache.getAll(List.of(1L, 3L))).hasSize(2);
  }

  @Test
  void getAll_bulkLoaderReturnsNull_failsAndLeavesNoFlightBehind() {
    TieredCache<Long, String> cache =
        builder().loader(key -> "v" + key).bulkLoader(keys -> null).build();
    assertThatExceptionOfType(CacheLoadException.class)
        .isThrownBy(() -> cache.getAll(List.of(1L, 2L)))
        .withCauseInstanceOf(NullPointerException.class);
    assertThat(cache.get(1L)).isEqualTo("v1");
  }

  @Test
  void getAll_tooManyKeys_refusedWithValueAndLimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> counting().getAll(Collections.nCopies(10_001, 1L)))
        .withMessageContaining("10001")
        .withMessageContaining("10000");
  }

  @Test
  void getAll_noKeys_empty() {
    assertThat(counting().getAll(List.of())).isEmpty();
  }

  @Test
  void loader_byDefault_runsUnderPrimaryIntent() {
    var seen = new AtomicReference<ReadIntent>();
    TieredCache<Long, String> cache =
        builder()
            .loader(key -> {
              seen.set(ReadIntent.current());
              return "v";
            })
            .build();
    try (var scope = ReadIntent.REPLICA.open()) {
      cache.get(1L);
    }
    assertThat(seen).hasValue(ReadIntent.PRIMARY);
    assertThat(ReadIntent.current()).isNull();
  }

  @Test
  void loader_fromReplicas_runsUnderTheCallersIntent() {
    var seen = new AtomicReference<ReadIntent>();
    TieredCache<Long, String> cache =
        builder()
            .loadFromReplicas()
            .loader(key -> {
              seen.set(ReadIntent.current());
              return "v";
            })
            .build();
    try (var scope = ReadIntent.REPLICA.open()) {
      cache.get(1L);
    }
    assertThat(seen).hasValue(ReadIntent.REPLICA);
  }
}
