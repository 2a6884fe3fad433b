// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tenfold.core.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

  /** Frozen: a change here would route keys to another shard. */
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

    // Quotas are exact, so the rest is sampling: 3 % is eleven standard deviations.
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

  @Test
  void explain_anyKey_saysHowItCameToItsShard() {
    Topology v2 = ORDERS.evolve().pin("tenant-7", "s0").build();
    ShardRouter pinning = ShardRouter.of(TopologySource.of(v2));
    Route plain = pinning.explain(42);
    Route pinned = pinning.explain("tenant-7");

    assertThat(plain.topology()).isEqualTo("orders");
    assertThat(plain.version()).isEqualTo(2);
    assertThat(plain.hash()).isEqualTo(StableHash.hash(42));
    assertThat(plain.slot()).isEqualTo(v2.slotOf(StableHash.hash(42)));
    assertThat(plain.shard()).isEqualTo(v2.ownerOf(plain.slot())).isEqualTo(pinning.route(42));
    assertThat(plain.pinned()).isFalse();
    assertThat(pinned.pinned()).isTrue();
    assertThat(pinned.shard()).hasToString("s0");
    assertThat(pinned)
        .asString()
        .matches("orders v2: hash [0-9a-f]{16}, slot \\d+ -> s0 \\(pinned\\)");
    assertThatNullPointerException().isThrownBy(() -> pinning.explain(null));
    assertThatIllegalArgumentException().isThrownBy(() -> pinning.explain(1.5f));
  }

  @Test
  void group_manyKeys_keepsTheirOrderInEachShard() {
    List<Object> keys = List.of(3, "a", 1L, 3, "tenant-7", 2, new UUID(0, 1));
    Map<ShardId, List<Object>> groups = router.group(keys);

    assertThat(List.copyOf(groups.keySet())).isSorted();
    assertThat(groups.values().stream().mapToInt(List::size).sum()).isEqualTo(keys.size());
    groups.forEach((shard, group) ->
        assertThat(group)
            .isEqualTo(keys.stream().filter(key -> router.route(key).equals(shard)).toList()));
    assertThat(router.group(List.of())).isEmpty();
    assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(groups::clear);
    assertThatNullPointerException()
        .isThrownBy(() -> router.group(Arrays.asList(1, null)))
        .withMessageContaining("shard key is null");
  }

  @Test
  void group_manyShards_areOrderedByIdAndUnmodifiable() {
    Topology.Builder builder = Topology.builder("t");
    for (int i = 0; i < 40; i++) {
      builder.shard("s" + i, 1);
    }
    Map<ShardId, List<Long>> groups =
        ShardRouter.of(TopologySource.of(builder.build()))
            .group(LongStream.range(0, 1_000).boxed().toList());

    assertThat(List.copyOf(groups.keySet())).hasSize(40).isSorted();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> groups.get(new ShardId("s0")).clear());
  }

  @Test
  void group_sourceMovesOnInBetween_usesOneTopology() {
    Topology v2 = ORDERS.evolve().remove("s0").build();
    AtomicInteger asked = new AtomicInteger();
    ShardRouter moving = ShardRouter.of(() -> asked.getAndIncrement() == 0 ? ORDERS : v2);

    Map<ShardId, List<Long>> groups = moving.group(LongStream.range(0, 1_000).boxed().toList());

    groups.forEach(
        (shard, keys) -> assertThat(keys).allMatch(key -> router.route(key).equals(shard)));
  }

  /** An attacker who chooses keys can make a key with the hash of a pinned key. */
  @Test
  void route_keyOfThePinnedKeysHash_livesWhereItsSlotLives() {
    UUID uuid = new UUID(1, 2);
    byte[] bytes = {1, 2, 3};
    for (Object key : new Object[] {42L, "tenant-7", "日本", bytes, uuid}) {
      UUID other = SameHash.of(StableHash.hash(key));
      ShardId owner = router.route(key);
      String elsewhere = other(owner);
      ShardRouter pinning =
          ShardRouter.of(TopologySource.of(ORDERS.evolve().pin(other, elsewhere).build()));

      assertThat(pinning.route(other)).hasToString(elsewhere);
      assertThat(pinning.route(key)).isEqualTo(owner);
      assertThat(pinning.explain(key).pinned()).isFalse();
      assertThat(pinning.explain(key).shard()).isEqualTo(owner);
      assertThat(pinning.group(List.of(key))).containsOnlyKeys(owner);
      assertThat(pinning.preference(key, 1)).containsExactly(owner);
    }
    Topology pinned =
        ORDERS
            .evolve()
            .pin(SameHash.of(StableHash.hash(42)), other(router.route(42)))
            .pin(SameHash.of(StableHash.hash("a")), other(router.route("a")))
            .pin(SameHash.of(StableHash.hash(bytes)), other(router.route(bytes)))
            .pin(SameHash.of(StableHash.hash(uuid)), other(router.route(uuid)))
            .build();
    ShardRouter typed = ShardRouter.of(TopologySource.of(pinned));
    assertThat(typed.route(42)).isEqualTo(router.route(42));
    assertThat(typed.route("a")).isEqualTo(router.route("a"));
    assertThat(typed.route(bytes)).isEqualTo(router.route(bytes));
    assertThat(typed.route(uuid)).isEqualTo(router.route(uuid));
  }

  private static String other(ShardId shard) {
    return shard.value().equals("s0") ? "s1" : "s0";
  }

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void preference_anyTopology_spreadsOverZonesAndKeepsItsOrder(long seed) {
    Random random = new Random(seed);
    Topology.Builder builder = Topology.builder("t");
    int shards = 2 + random.nextInt(10);
    for (int i = 0; i < shards; i++) {
      builder.shard("s" + i, 1 + random.nextInt(5), "z" + random.nextInt(4));
    }
    Topology topology = builder.build();
    ShardRouter zoned = ShardRouter.of(TopologySource.of(topology));
    Set<String> zones = new HashSet<>();
    topology.shards().forEach(shard -> zones.add(topology.zone(shard).orElseThrow()));
    for (long key = 0; key < 50; key++) {
      List<ShardId> all = zoned.preference(key, shards);

      assertThat(all).doesNotHaveDuplicates().hasSize(shards).first().isEqualTo(zoned.route(key));
      for (int count = 1; count <= shards; count++) {
        assertThat(zoned.preference(key, count)).isEqualTo(all.subList(0, count));
      }
      List<String> order = all.stream().map(shard -> topology.zone(shard).orElseThrow()).toList();
      assertThat(order.subList(0, zones.size())).doesNotHaveDuplicates();

      List<ShardId> near = zoned.preference(key, shards, "z1");
      assertThat(near).containsExactlyInAnyOrderElementsOf(all);
      List<Boolean> far =
          near.stream().map(shard -> !topology.zone(shard).orElseThrow().equals("z1")).toList();
      assertThat(far).isSorted();
    }
  }

  /** The definition of the order, round by round, written to be read. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void preference_someShardsInNoZone_takesEachZoneOncePerRound(long seed) {
    Random random = new Random(seed);
    Topology.Builder zoned = Topology.builder("t").slots(256);
    Topology.Builder zoneless = Topology.builder("t").slots(256);
    int shards = 2 + random.nextInt(14);
    for (int i = 0; i < shards; i++) {
      int weight = 1 + random.nextInt(5);
      zoneless.shard("s" + i, weight);
      if (random.nextInt(4) == 0) {
        zoned.shard("s" + i, weight);
      } else {
        zoned.shard("s" + i, weight, "z" + random.nextInt(3));
      }
    }
    Topology topology = zoned.build();
    ShardRouter byCost = ShardRouter.of(TopologySource.of(zoneless.build()));
    ShardRouter byZones = ShardRouter.of(TopologySource.of(topology));
    for (long key = 0; key < 50; key++) {
      List<ShardId> left = new ArrayList<>(byCost.preference(key, shards));
      List<ShardId> expected = new ArrayList<>();
      while (!left.isEmpty()) {
        Set<String> seen = new HashSet<>();
        left.removeIf(shard -> {
          boolean taken = topology.zone(shard).map(seen::add).orElse(true);
          return taken && expected.add(shard);
        });
      }
      assertThat(byZones.preference(key, shards)).isEqualTo(expected);
    }
  }

  @Test
  void preference_newcomerTakesTheSlot_isFirstAndTheFormerOwnerKeepsNoRank() {
    Topology v2 = ORDERS.evolve().add("s3", 1).build();
    ShardRouter after = ShardRouter.of(TopologySource.of(v2));
    Set<Integer> ranks = new HashSet<>();
    for (long key = 0; key < 1_000; key++) {
      ShardId former = router.route(key);
      if (!after.route(key).equals(former)) {
        List<ShardId> order = after.preference(key, 4);
        assertThat(order).first().hasToString("s3");
        ranks.add(order.indexOf(former));
        List<ShardId> others = new ArrayList<>(order.subList(1, 4));
        others.remove(former);
        assertThat(others).isEqualTo(router.preference(key, 3).subList(1, 3));
      }
    }
    assertThat(ranks).containsExactlyInAnyOrder(1, 2, 3);
  }

  @Test
  void preference_shardAdded_entersTheOrderOfTheOthers() {
    Topology v2 = ORDERS.evolve().add("s3", 1).build();
    ShardRouter after = ShardRouter.of(TopologySource.of(v2));
    for (long key = 0; key < 1_000; key++) {
      if (after.route(key).equals(router.route(key))) {
        List<ShardId> order = new ArrayList<>(after.preference(key, 4));
        order.remove(new ShardId("s3"));
        assertThat(order).isEqualTo(router.preference(key, 3));
      }
    }
  }

  @Test
  void preference_secondShards_followTheWeights() {
    Topology wide =
        Topology.builder("w")
            .slots(16_384)
            .shard("a", 1)
            .shard("b", 1)
            .shard("c", 2)
            .shard("d", 4)
            .build();
    ShardRouter weighted = ShardRouter.of(TopologySource.of(wide));
    int[] second = new int[128];
    long after = 0;
    for (long key = 0; key < 100_000; key++) {
      List<ShardId> order = weighted.preference(key, 2);
      if (order.get(0).value().equals("a")) {
        second[order.get(1).value().charAt(0)]++;
        after++;
      }
    }
    // After a, the second shard is b, c or d as 1 : 2 : 4; with some 2,048 slots 5 % is 5 sigma.
    assertThat(second['b'] * 7.0 / after).isBetween(0.75, 1.25);
    assertThat(second['c'] * 3.5 / after).isBetween(0.85, 1.15);
    assertThat(second['d'] * 1.75 / after).isBetween(0.9, 1.1);
  }

  @Test
  void preference_countOutOfRange_isRefused() {
    for (int count : new int[] {Integer.MIN_VALUE, 0, 4}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> router.preference(1, count))
          .withMessageContaining("count of shards is " + count)
          .withMessageContaining("from 1 to 3");
    }
    assertThatNullPointerException().isThrownBy(() -> router.preference(null, 1));
  }
}
