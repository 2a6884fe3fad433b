// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardRouterTest {
  private static final Topology ORDERS =
      Topology.builder("orders").shard("s0", 1).shard("s1", 1).shard("s2", 2).build();
  private final ShardRouter router = ShardRouter.of(TopologySource.of(ORDERS));

  @Test
  void route_typedAndUntypedKeys_agree() {
    UUID uuid = new UUID(0x0123456789abcdefL, 0x8edcba9876543210L);
    byte[] bytes = "user-7".getBytes(StandardCharsets.UTF_8);
    assertThat(router.route((Object) 7)).isEqualTo(router.route(7L));
    assertThat(router.route((Object) 7L)).isEqualTo(router.route(7));
    assertThat(router.route((Object) "user-7")).isEqualTo(router.route("user-7"));
    assertThat(router.route(new StringBuilder("user-7"))).isEqualTo(router.route("user-7"));
    assertThat(router.route((Object) uuid)).isEqualTo(router.route(uuid));
    assertThat(router.route((Object) bytes)).isEqualTo(router.route(bytes));
  }

  /** Frozen: a change here means that data is looked for where it is not. */
  @Test
  void route_goldenKeys_neverMove() {
    assertThat(
            LongStream.of(0, 1, 2, 3, 42, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1234567890123L)
                .mapToObj(key -> router.route(key).value()))
        .containsExactly("s2", "s0", "s1", "s0", "s2", "s2", "s1", "s0", "s2");
    assertThat(
            Stream.of("", "a", "user-7", "İstanbul", "日本", "a-key-of-more-than-sixteen-bytes")
                .map(key -> router.route(key).value()))
        .containsExactly("s0", "s2", "s2", "s2", "s1", "s2");
    assertThat(router.route(new UUID(0x0123456789abcdefL, 0x8edcba9876543210L)))
        .isEqualTo(new ShardId("s2"));
    assertThat(router.route(new byte[] {0, 1, 2, -1})).isEqualTo(new ShardId("s2"));
  }

  @Test
  void route_nullKey_failsAndNamesNoShard() {
    String text = null;
    byte[] bytes = null;
    UUID uuid = null;
    Object object = null;
    assertThatNullPointerException()
        .isThrownBy(() -> router.route(text))
        .withMessageContaining("shard key is null");
    assertThatNullPointerException().isThrownBy(() -> router.route(bytes));
    assertThatNullPointerException().isThrownBy(() -> router.route(uuid));
    assertThatNullPointerException().isThrownBy(() -> router.route(object));
  }

  @Test
  void route_keyWithoutStableHash_isRefused() {
    for (Object key : new Object[] {1.5, 1.5f, new int[] {1}, new Object(), Map.of()}) {
      assertThatIllegalArgumentException().isThrownBy(() -> router.route(key));
    }
  }

  @Test
  void route_manyKeys_followTheWeights() {
    Map<ShardId, Long> counts =
        LongStream.range(0, 400_000)
            .mapToObj(router::route)
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

    // Slots are shared exactly, so what is left is sampling: 3 % is eleven standard deviations.
    assertThat(counts.get(new ShardId("s0"))).isBetween(97_000L, 103_000L);
    assertThat(counts.get(new ShardId("s1"))).isBetween(97_000L, 103_000L);
    assertThat(counts.get(new ShardId("s2"))).isBetween(194_000L, 206_000L);
  }

  @Test
  void route_sourceMovesOn_followsIt() {
    AtomicReference<Topology> current = new AtomicReference<>(ORDERS);
    ShardRouter following = ShardRouter.of(current::get);
    current.set(Topology.builder("orders").shard("only", 1).build());

    assertThat(following.route(42)).isEqualTo(new ShardId("only"));
    assertThat(following.topology()).isSameAs(current.get());
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE})
  void route_extremeKeys_haveAnOwner(long key) {
    assertThat(ORDERS.shards()).contains(router.route(key));
  }
}
