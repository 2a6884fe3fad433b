// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardStrategy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ShardStrategy} must keep. Extend it, return the strategy under test, and if it
 * does not take keys of every type override {@link #keys}.
 */
public abstract class ShardStrategyContract {

  /** Every test is given the strategy made by {@link #strategy}. */
  protected ShardStrategyContract() {}

  /**
   * Makes the strategy under test, each time from the same configuration.
   *
   * @return a strategy
   */
  protected abstract ShardStrategy strategy();

  /**
   * Returns keys that the strategy has a shard for.
   *
   * @return integers as {@code Long}, the extreme ones among them, text, bytes and UUIDs; a list
   *     that can be added to
   */
  protected List<Object> keys() {
    List<Object> keys =
        new ArrayList<>(
            List.of(
                "",
                "a",
                "user-7",
                "İstanbul",
                "日本",
                "a-key-of-more-than-sixteen-bytes",
                new byte[0],
                new byte[] {0, 1, 2, -1},
                new UUID(0, 0),
                new UUID(0x0123456789abcdefL, 0x8edcba9876543210L)));
    for (long key : new long[] {0, 1, -1, 42, 127, -128, 1L << 31, -1L << 31, 1L << 32}) {
      keys.add(key);
    }
    keys.add(Long.MAX_VALUE);
    keys.add(Long.MIN_VALUE);
    for (long key = 1_000; key < 1_100; key++) {
      keys.add(key);
      keys.add("key-" + key);
    }
    return keys;
  }

  private List<ShardId> routes(ShardStrategy strategy) {
    List<ShardId> routes = new ArrayList<>();
    for (Object key : keys()) {
      routes.add(strategy.route(key));
    }
    return routes;
  }

  private List<Long> integers() {
    return keys().stream().filter(Long.class::isInstance).map(Long.class::cast).toList();
  }

  @Test
  void shards_always_areSomeAndEachOnce() {
    ShardStrategy strategy = strategy();

    assertThat(strategy.shards()).isNotEmpty().doesNotHaveDuplicates().doesNotContainNull();
    assertThat(strategy.shards()).isEqualTo(strategy.shards());
  }

  @Test
  void shards_whoeverHoldsThem_cannotBeChanged() {
    List<ShardId> shards = strategy().shards();

    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> shards.add(new ShardId("intruder")));
  }

  @Test
  void route_anyKey_answersOneOfTheShards() {
    ShardStrategy strategy = strategy();

    assertThat(routes(strategy)).isSubsetOf(strategy.shards());
  }

  @Test
  void route_whateverCameBefore_answersTheSame() {
    ShardStrategy used = strategy();
    List<ShardId> first = routes(used);

    assertThat(routes(used)).isEqualTo(first);
    assertThat(routes(strategy())).isEqualTo(first);
  }

  @Test
  void route_anyLocale_answersTheSame() {
    List<ShardId> before = routes(strategy());
    Locale locale = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertThat(routes(strategy())).isEqualTo(before);
    } finally {
      Locale.setDefault(locale);
    }
  }

  @Test
  void route_integerOfAnyType_isOneKey() {
    ShardStrategy strategy = strategy();
    for (long key : integers()) {
      ShardId shard = strategy.route(key);
      assertThat(strategy.route((Object) key)).as("Long %d", key).isEqualTo(shard);
      assertThat(strategy.route(BigInteger.valueOf(key))).as("BigInteger %d", key).isEqualTo(shard);
      if (key == (int) key) {
        assertThat(strategy.route((Object) (int) key)).as("Integer %d", key).isEqualTo(shard);
      }
      if (key == (short) key) {
        assertThat(strategy.route((Object) (short) key)).as("Short %d", key).isEqualTo(shard);
      }
      if (key == (byte) key) {
        assertThat(strategy.route((Object) (byte) key)).as("Byte %d", key).isEqualTo(shard);
      }
    }
  }

  @Test
  void route_equalTextOrBytesInAnotherObject_isOneKey() {
    ShardStrategy strategy = strategy();
    for (Object key : keys()) {
      if (key instanceof String text) {
        assertThat(strategy.route(new StringBuilder(text))).isEqualTo(strategy.route(key));
      } else if (key instanceof byte[] bytes) {
        assertThat(strategy.route(bytes.clone())).isEqualTo(strategy.route(key));
      }
    }
  }

  @Test
  void route_null_isRefused() {
    Object nothing = null;

    assertThatNullPointerException()
        .isThrownBy(() -> strategy().route(nothing))
        .withMessageContaining("null");
  }

  /** As ShardingSphere #37282: what has no stable hash would be found again by luck. */
  @Test
  void route_keyWithoutStableHash_isRefusedByName() {
    ShardStrategy strategy = strategy();
    List<Object> unstable =
        List.of(
            1.5,
            1.5f,
            'c',
            true,
            new int[] {1},
            new long[] {1},
            new Object[] {"a"},
            new Object(),
            new BigDecimal("1.0"),
            TimeUnit.SECONDS,
            LocalDate.EPOCH,
            List.of("a"),
            Map.of());
    for (Object key : unstable) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .as(key.getClass().getName())
          .isThrownBy(() -> strategy.route(key))
          .withMessageContaining(key.getClass().getName());
    }
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> strategy.route(BigInteger.ONE.shiftLeft(63)))
        .withMessageContaining("BigInteger");
  }

  @Test
  void route_textWithHalfASurrogate_isRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> strategy().route("a\uD800"));
  }

  @Test
  void route_fromManyThreads_answersTheSame() throws Exception {
    ShardStrategy shared = strategy();
    List<ShardId> expected = routes(strategy());
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger wrong = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < 50; i++) {
              if (!routes(shared).equals(expected)) {
                wrong.incrementAndGet();
              }
            }
          });
      thread.setUncaughtExceptionHandler((dead, cause) -> thrown.add(cause));
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(wrong).hasValue(0);
    assertThat(thrown).isEmpty();
  }
}
