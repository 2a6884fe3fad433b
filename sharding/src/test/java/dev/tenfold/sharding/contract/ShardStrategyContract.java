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
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link ShardStrategy}, as tests. Extend the class and return the strategy under
 * test. A strategy that does not take keys of every type overrides {@link #keys}; one that has no
 * shard for some keys overrides {@link #keysWithoutShard}.
 *
 * <ol>
 *   <li>The shards are at least one, each once, immutable, and always the same.
 *   <li>A route depends on the key and the configuration alone: the same whatever was routed
 *       before, in whatever order, in every locale, on whatever thread. A route is one of the
 *       shards.
 *   <li>All types of integers agree; so do equal texts and equal bytes in other objects.
 *   <li>A null key, a key without a stable hash, text that is not well-formed and a key without a
 *       shard are refused.
 *   <li>Threads may share a strategy. It does not block.
 * </ol>
 *
 * <p>Not tested: that another JVM routes the same way. The tests find what usually breaks that
 * (identity, turns, locales).
 *
 * <p>Each test runs on a thread of its own and fails after 60 seconds.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ShardStrategyContract {
  private static final String SAME = "equal keys have the same route";

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

  /**
   * Returns keys that the strategy has no shard for.
   *
   * @return empty if there is a shard for every key of a type that the strategy takes
   */
  protected List<Object> keysWithoutShard() {
    return List.of();
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

    assertThat(strategy.shards())
        .as("a strategy has at least one shard, and each once")
        .isNotEmpty()
        .doesNotHaveDuplicates()
        .doesNotContainNull();
    assertThat(strategy.shards())
        .as("the shards of a strategy are always the same")
        .isEqualTo(strategy.shards())
        .isEqualTo(strategy().shards());
  }

  @Test
  void shards_whoeverHoldsThem_cannotBeChanged() {
    List<ShardId> shards = strategy().shards();

    assertThatExceptionOfType(UnsupportedOperationException.class)
        .as("nobody can change the list of shards")
        .isThrownBy(() -> shards.add(new ShardId("intruder")));
  }

  @Test
  void route_anyKey_answersOneOfTheShards() {
    ShardStrategy strategy = strategy();

    assertThat(routes(strategy)).as("a route is one of the shards").isSubsetOf(strategy.shards());
  }

  @Test
  void route_whateverCameBefore_answersTheSame() {
    ShardStrategy used = strategy();
    List<ShardId> first = routes(used);

    assertThat(routes(used)).as(SAME + ", whatever was routed before").isEqualTo(first);
    assertThat(routes(strategy())).as(SAME + " in an equal strategy").isEqualTo(first);
  }

  @Test
  void route_keysInAnotherOrder_answersTheSame() {
    List<ShardId> expected = routes(strategy());
    ShardStrategy strategy = strategy();
    List<Object> keys = new ArrayList<>(keys());
    Collections.reverse(keys);
    List<ShardId> backwards = new ArrayList<>();
    keys.forEach(key -> backwards.add(strategy.route(key)));
    Collections.reverse(backwards);

    assertThat(backwards).as(SAME + ", in whatever order the keys come").isEqualTo(expected);
  }

  @Test
  void route_anyLocale_answersTheSame() {
    List<ShardId> before = routes(strategy());
    Locale locale = Locale.getDefault();
    try {
      for (String language : List.of("tr-TR", "ar-EG")) {
        Locale.setDefault(Locale.forLanguageTag(language));
        assertThat(routes(strategy())).as(SAME + " in every locale").isEqualTo(before);
      }
    } finally {
      Locale.setDefault(locale);
    }
  }

  @Test
  void route_anyKey_doesNotBlock() {
    ShardStrategy strategy = strategy();
    List<Object> keys = keys().subList(0, Math.min(20, keys().size()));

    Threads.doesNotWait("a strategy does not block", () -> keys.forEach(strategy::route));
  }

  @Test
  void route_keyWithoutShard_isRefused() {
    ShardStrategy strategy = strategy();
    for (Object key : keysWithoutShard()) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .as("a key without a shard is refused: there is no default shard (%s)", key)
          .isThrownBy(() -> strategy.route(key));
      if (key instanceof Long integer) {
        assertThatExceptionOfType(IllegalArgumentException.class)
            .as("an integer without a shard is refused by route(long) too (%s)", key)
            .isThrownBy(() -> strategy.route((long) integer));
      }
    }
  }

  @Test
  void route_integerOfAnyType_isOneKey() {
    ShardStrategy strategy = strategy();
    for (long key : integers()) {
      ShardId shard = strategy.route(key);
      assertThat(strategy.route((Object) key))
          .as("all types of integers agree (Long %s)", key)
          .isEqualTo(shard);
      assertThat(strategy.route(BigInteger.valueOf(key)))
          .as("all types of integers agree (BigInteger %s)", key)
          .isEqualTo(shard);
      if (key == (int) key) {
        assertThat(strategy.route((Object) (int) key))
            .as("all types of integers agree (Integer %s)", key)
            .isEqualTo(shard);
      }
      if (key == (short) key) {
        assertThat(strategy.route((Object) (short) key))
            .as("all types of integers agree (Short %s)", key)
            .isEqualTo(shard);
      }
      if (key == (byte) key) {
        assertThat(strategy.route((Object) (byte) key))
            .as("all types of integers agree (Byte %s)", key)
            .isEqualTo(shard);
      }
    }
  }

  @Test
  void route_equalTextOrBytesInAnotherObject_isOneKey() {
    ShardStrategy strategy = strategy();
    for (Object key : keys()) {
      if (key instanceof String text) {
        assertThat(strategy.route(new StringBuilder(text)))
            .as(SAME + ": text in a StringBuilder and in a String (\"%s\")", text)
            .isEqualTo(strategy.route(key));
      } else if (key instanceof byte[] bytes) {
        assertThat(strategy.route(bytes.clone()))
            .as(SAME + ": equal bytes in another array")
            .isEqualTo(strategy.route(key));
      }
    }
  }

  @Test
  void route_null_isRefused() {
    Object nothing = null;

    assertThatNullPointerException()
        .as("a null key is refused")
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
          .as("a key without a stable hash is refused by its type (%s)", key.getClass().getName())
          .isThrownBy(() -> strategy.route(key))
          .withMessageContaining(key.getClass().getName());
    }
    assertThatExceptionOfType(IllegalArgumentException.class)
        .as("a BigInteger beyond the range of a long is refused")
        .isThrownBy(() -> strategy.route(BigInteger.ONE.shiftLeft(63)))
        .withMessageContaining("BigInteger");
  }

  @Test
  void route_textWithHalfASurrogate_isRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .as("text that is not well-formed is refused")
        .isThrownBy(() -> strategy().route("a\uD800"));
  }

  @Test
  void route_fromManyThreads_answersTheSame() {
    ShardStrategy shared = strategy();
    List<Object> keys = keys();
    List<ShardId> expected = routes(strategy());
    AtomicInteger wrong = new AtomicInteger();
    Threads.together(
        "threads may share a strategy",
        (thread, round) -> {
          int i = (round + thread) % keys.size();
          if (!shared.route(keys.get(i)).equals(expected.get(i))) {
            wrong.incrementAndGet();
          }
        });

    assertThat(wrong).as(SAME + ", on whatever thread (wrong routes)").hasValue(0);
  }
}
