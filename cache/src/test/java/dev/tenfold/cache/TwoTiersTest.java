// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.cache.Threads.Running;
import dev.tenfold.core.Ambient;
import dev.tenfold.core.Codec;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory in front of a store that can be slow, wrong or down. */
@Timeout(60)
class TwoTiersTest {
  private static final byte[] NAME_OF_1 = "users:i1".getBytes(StandardCharsets.US_ASCII);
  private final ManualTimeSource time = new ManualTimeSource();
  private final MapStore store = new MapStore(time);
  private final AtomicInteger loads = new AtomicInteger();
  private volatile String source = "old";

  private TieredCache.Builder<Long, String> builder() {
    return TieredCache.<Long, String>builder("users")
        .remote(store)
        .ttl(Duration.ofMinutes(10))
        .codec(Codec.strings())
        .timeSource(time)
        .executor(Runnable::run)
        .loader(this::load);
  }

  private String load(Long key) {
    loads.incrementAndGet();
    return source;
  }

  @Test
  void get_otherCacheLoaded_servedFromTheStore() {
    builder().build().get(1L);
    source = "new";
    TieredCache<Long, String> other = builder().build();
    assertThat(other.get(1L)).isEqualTo("old");
    assertThat(other.get(1L)).isEqualTo("old");
    assertThat(loads).hasValue(1);
    assertThat(other.stats().remoteHits()).isEqualTo(1);
    assertThat(other.stats().memoryHits()).isEqualTo(1);
  }

  @Test
  void get_otherName_doesNotShareValues() {
    builder().build().get(1L);
    TieredCache<Long, String> other =
        TieredCache.<Long, String>builder("others")
            .remote(store)
            .ttl(Duration.ofMinutes(1))
            .codec(Codec.strings())
            .loader(this::load)
            .build();
    other.get(1L);
    assertThat(loads).hasValue(2);
  }

  @Test
  void get_memoryTtlOver_readFromTheStoreAgain() {
    TieredCache<Long, String> cache = builder().memory(m -> m.ttl(Duration.ofSeconds(5))).build();
    cache.get(1L);
    time.advance(Duration.ofSeconds(5));
    assertThat(cache.get(1L)).isEqualTo("old");
    assertThat(cache.stats().remoteHits()).isEqualTo(1);
    assertThat(loads).hasValue(1);
  }

  @Test
  void get_storeTtlOver_loadsAgain() {
    TieredCache<Long, String> cache = builder().build();
    cache.get(1L);
    time.advance(Duration.ofMinutes(10));
    cache.get(1L);
    assertThat(loads).hasValue(2);
  }

  @Test
  void get_loaded_storedForTheTtlLessUpToATenth() {
    TieredCache<Long, String> cache = builder().build();
    boolean spread = false;
    for (int i = 0; i < 50; i++) {
      cache.get(1L);
      Duration remaining = store.remaining(NAME_OF_1);
      assertThat(remaining).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
      spread |= remaining.compareTo(Duration.ofMinutes(9).plusSeconds(30)) < 0;
      cache.invalidate(1L);
    }
    assertThat(spread).isTrue();
  }

  @Test
  void get_loaderReturnsNull_nothingStored() {
    TieredCache<Long, String> cache = builder().loader(key -> null).build();
    assertThat(cache.get(1L)).isNull();
    assertThat(store.size()).isZero();
  }

  @Test
  void invalidate_always_removesFromTheStore() {
    TieredCache<Long, String> cache = builder().build();
    cache.get(1L);
    source = "new";
    assertThat(cache.invalidate(1L)).isTrue();
    assertThat(store.get(NAME_OF_1)).isNull();
    assertThat(cache.get(1L)).isEqualTo("new");
  }

  @Test
  void invalidate_duringLoad_oldValueReachesNeitherTier() throws Exception {
    var loading = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    TieredCache<Long, String> cache =
        builder()
            .loader(key -> {
              String read = load(key);
              if (loads.get() == 1) {
                loading.countDown();
                goOn.await();
              }
              return read;
            })
            .build();
    Running<String> leader = Threads.start(() -> cache.get(1L));
    loading.await();
    source = "new";
    cache.invalidate(1L);
    goOn.countDown();
    assertThat(leader.get()).isEqualTo("old");
    assertThat(store.size()).isZero();
    assertThat(cache.get(1L)).isEqualTo("new");
  }

  @Test
  void invalidate_duringStoreRead_oldValueIsNotKeptInMemory() throws Exception {
    builder().build().get(1L);
    var read = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var first = new AtomicBoolean(true);
    store.afterRead =
        () -> {
          if (first.getAndSet(false)) {
            read.countDown();
            Threads.await(goOn);
          }
        };
    TieredCache<Long, String> cache = builder().build();
    Running<String> leader = Threads.start(() -> cache.get(1L));
    read.await();
    source = "new";
    cache.invalidate(1L);
    goOn.countDown();
    assertThat(leader.get()).isEqualTo("old");
    assertThat(cache.get(1L)).isEqualTo("new");
  }

  @Test
  void invalidate_readFromTheStoreJustBeforeTheRemoval_isNotKeptInMemory() {
    builder().build().get(1L);
    source = "new";
    TieredCache<Long, String> cache = builder().build();
    store.beforeDelete = () -> assertThat(cache.get(1L)).isEqualTo("old");
    assertThat(cache.invalidate(1L)).isTrue();
    assertThat(cache.get(1L)).isEqualTo("new");
  }

  @Test
  void invalidate_duringStoreWrite_removesAfterTheWrite() throws Exception {
    var writing = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    store.beforeWrite =
        () -> {
          writing.countDown();
          Threads.await(goOn);
        };
    TieredCache<Long, String> cache = builder().build();
    Running<String> leader = Threads.start(() -> cache.get(1L));
    writing.await();
    source = "new";
    Running<Boolean> one = Threads.start(() -> cache.invalidate(1L));
    one.awaitBlocked();
    Running<Boolean> two = Threads.start(() -> cache.invalidate(1L));
    two.awaitBlocked();
    assertThat(one).isNotDone();
    assertThat(two).isNotDone();
    store.beforeWrite = () -> {};
    goOn.countDown();
    assertThat(leader.get()).isEqualTo("old");
    assertThat(one.get()).isTrue();
    assertThat(two.get()).isTrue();
    assertThat(store.get(NAME_OF_1)).isNull();
    assertThat(cache.get(1L)).isEqualTo("new");
  }

  @Test
  void get_whileTheLeaderWritesToTheStore_doesNotWaitForIt() throws Exception {
    var writing = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    store.beforeWrite =
        () -> {
          writing.countDown();
          Threads.await(goOn);
        };
    TieredCache<Long, String> cache = builder().build();
    Running<String> leader = Threads.start(() -> cache.get(1L));
    writing.await();
    assertThat(cache.get(1L)).isEqualTo("old");
    goOn.countDown();
    assertThat(leader.get()).isEqualTo("old");
  }

  @Test
  void get_storeDown_loaderAnswersAndNothingIsWritten() {
    store.fail();
    TieredCache<Long, String> cache = builder().build();
    assertThat(cache.get(1L)).isEqualTo("old");
    assertThat(cache.stats().remoteErrors()).isEqualTo(1);
    assertThat(cache.get(1L)).isEqualTo("old");
    assertThat(loads).hasValue(1);
  }

  @Test
  void get_storeStaysDown_breakerOpensAndLaterProbes() {
    store.fail();
    TieredCache<Long, String> cache = builder().build();
    for (long key = 0; key < 10; key++) {
      assertThat(cache.get(key)).isEqualTo("old");
    }
    assertThat(cache.stats().remoteErrors()).isEqualTo(5);
    assertThat(cache.stats().remoteRefusals()).isEqualTo(5);
    store.recover();
    cache.get(10L);
    assertThat(cache.stats().remoteRefusals()).isEqualTo(6);
    time.advance(Duration.ofSeconds(5));
    cache.get(11L);
    cache.get(12L);
    assertThat(cache.stats().remoteRefusals()).isEqualTo(6);
    assertThat(store.size()).isEqualTo(2);
  }

  @Test
  void get_callersDeadlineHasEnded_isNoFailureOfTheStore() {
    store.fail();
    TieredCache<Long, String> cache = builder().build();
    try (Ambient.Scope scope = Deadline.after(Duration.ZERO, time).open()) {
      for (long key = 0; key < 10; key++) {
        cache.get(key);
      }
    }
    assertThat(cache.stats().remoteErrors()).isEqualTo(10);
    assertThat(cache.stats().remoteRefusals()).isZero();
  }

  @Test
  void invalidate_storeDown_falseAndMemoryIsClean() {
    TieredCache<Long, String> cache = builder().build();
    cache.get(1L);
    source = "new";
    store.fail();
    assertThat(cache.invalidate(1L)).isFalse();
    assertThat(cache.get(1L)).isEqualTo("new");
    store.recover();
    assertThat(cache.invalidate(1L)).isTrue();
    assertThat(store.size()).isZero();
  }

  @Test
  void getAll_acrossTiers_oneReadOneLoadOneWrite() {
    TieredCache<Long, String> cache =
        builder()
            .bulkLoader(keys -> {
              loads.incrementAndGet();
              Map<Long, String> all = new HashMap<>();
              keys.forEach(key -> all.put(key, "v" + key));
              return all;
            })
            .build();
    builder().build().get(2L);
    cache.get(1L);
    store.reads.set(0);
    store.writes.set(0);
    loads.set(0);
    assertThat(cache.getAll(List.of(1L, 2L, 3L, 4L)))
        .isEqualTo(Map.of(1L, "old", 2L, "old", 3L, "v3", 4L, "v4"));
    assertThat(store.reads).hasValue(1);
    assertThat(store.writes).hasValue(1);
    assertThat(loads).hasValue(1);
    assertThat(builder().build().getAll(List.of(3L, 4L))).hasSize(2);
    assertThat(loads).hasValue(1);
  }

  @Test
  void getAll_storeDown_loaderAnswers() {
    store.fail();
    TieredCache<Long, String> cache = builder().build();
    assertThat(cache.getAll(List.of(1L, 2L))).hasSize(2);
    assertThat(cache.stats().remoteErrors()).isEqualTo(1);
    assertThat(cache.stats().loads()).isEqualTo(2);
  }

  private void putRaw(byte[] value) {
    store.putAll(List.of(new RemoteEntry(NAME_OF_1, value, Duration.ofHours(1))));
  }

  @Test
  void get_foreignBytes_missAndReplaced() {
    putRaw("{\"name\":\"Ada\"}".getBytes(StandardCharsets.UTF_8));
    TieredCache<Long, String> cache = builder().build();
    assertThat(cache.get(1L)).isEqualTo("old");
    assertThat(cache.stats().remoteUnusable()).isEqualTo(1);
    assertThat(builder().build().get(1L)).isEqualTo("old");
    assertThat(loads).hasValue(1);
  }

  @Test
  void get_everyBrokenByteAndLength_missAndNeverAWrongValue() {
    byte[] good = new ValueFormat<>(Codec.strings()).encode("good");
    for (int i = 0; i < good.length; i++) {
      byte[] broken = good.clone();
      broken[i] ^= 0x10;
      putRaw(broken);
      assertThat(builder().build().get(1L)).isEqualTo("old");
      putRaw(Arrays.copyOf(good, i));
      assertThat(builder().build().get(1L)).isEqualTo("old");
    }
    putRaw(good);
    assertThat(builder().build().get(1L)).isEqualTo("good");
  }

  @Test
  void get_writtenByAnotherCodec_missAndReplaced() {
    putRaw(new ValueFormat<>(Codec.bytes()).encode(new byte[] {65}));
    assertThat(builder().build().get(1L)).isEqualTo("old");
    assertThat(builder().build().get(1L)).isEqualTo("old");
    assertThat(loads).hasValue(1);
  }

  @Test
  void get_writtenByANewerVersion_missAndLeftAlone() {
    byte[] newer = new ValueFormat<>(new VersionedCodec(2)).encode("from v2");
    putRaw(newer);
    TieredCache<Long, String> cache = builder().codec(new VersionedCodec(1)).build();
    assertThat(cache.get(1L)).isEqualTo("old");
    assertThat(store.get(NAME_OF_1)).isEqualTo(newer);
    assertThat(builder().codec(new VersionedCodec(2)).build().get(1L)).isEqualTo("from v2");
  }

  @Test
  void get_writtenByAnOlderVersion_decodedByTheCodec() {
    putRaw(new ValueFormat<>(new VersionedCodec(1)).encode("from v1"));
    assertThat(builder().codec(new VersionedCodec(2)).build().get(1L)).isEqualTo("from v1");
  }

  @Test
  void get_valueTooLarge_bypassesTheStore() {
    source = "x".repeat(100);
    TieredCache<Long, String> cache = builder().maxValueBytes(64).build();
    assertThat(cache.get(1L)).hasSize(100);
    assertThat(store.size()).isZero();
    assertThat(cache.stats().remoteOversized()).isEqualTo(1);
  }

  @Test
  void get_valueThatCannotBeEncoded_bypassesTheStore() {
    source = "\ud800";
    TieredCache<Long, String> cache = builder().build();
    assertThat(cache.get(1L)).isEqualTo("\ud800");
    assertThat(store.size()).isZero();
    assertThat(cache.stats().remoteErrors()).isEqualTo(1);
  }

  @Test
  void get_keyTooLong_bypassesTheStore() {
    TieredCache<String, String> cache =
        TieredCache.<String, String>builder("texts")
            .remote(store)
            .ttl(Duration.ofMinutes(10))
            .codec(Codec.strings())
            .loader(key -> "v")
            .build();
    String longest = "k".repeat(512 - "texts:s".length());
    cache.get(longest + "k");
    assertThat(store.size()).isZero();
    assertThat(cache.invalidate(longest + "k")).isTrue();
    cache.get(longest);
    assertThat(store.size()).isEqualTo(1);
  }
}
