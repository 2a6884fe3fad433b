// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.StableHash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyTest {

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void build_anyOrderOfAddingAndAnyLocale_dealsTheSameSlots(long seed) {
    Random random = new Random(seed);
    List<Map.Entry<String, Integer>> shards = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      shards.add(Map.entry("İi-" + i, 1 + random.nextInt(9)));
    }
    List<ShardId> owners = owners(topology(256, shards));

    Collections.shuffle(shards, random);
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertThat(owners(topology(256, shards))).isEqualTo(owners);
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void build_randomShards_dealsEachItsQuotaByTheHighestScore(long seed) {
    Random random = new Random(seed);
    List<Map.Entry<String, Integer>> shards = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      shards.add(Map.entry("s" + random.nextInt(1000) + "-" + i, 1 + random.nextInt(9)));
    }
    Topology topology = topology(512, shards);

    Map<ShardId, Integer> left = new HashMap<>();
    topology.shards().forEach(shard -> left.put(shard, topology.quota(shard)));
    for (int slot = 0; slot < topology.slots(); slot++) {
      long mark = slot;
      ShardId best =
          topology.shards().stream()
              .filter(shard -> left.get(shard) > 0)
              .max((a, b) -> Long.compareUnsigned(score(a, mark), score(b, mark)))
              .orElseThrow();
      assertThat(topology.ownerOf(slot)).isEqualTo(best);
      left.merge(best, -1, Integer::sum);
    }
    assertThat(left.values()).containsOnly(0);
  }

  private static long score(ShardId shard, long slot) {
    return StableHash.hash(StableHash.hash(shard.value()) ^ slot);
  }

  @Test
  void build_weights_areSharesOfTheSlots() {
    Topology topology =
        Topology.builder("orders").shard("s0", 1).shard("s1", 1).shard("s2", 2).build();

    assertThat(topology.slots()).isEqualTo(4096);
    assertThat(topology.version()).isEqualTo(1);
    assertThat(topology.name()).isEqualTo("orders");
    assertThat(topology.shards()).extracting(ShardId::value).containsExactly("s0", "s1", "s2");
    assertThat(topology.shards()).extracting(topology::quota).containsExactly(1024, 1024, 2048);
    assertThat(topology.shards()).extracting(topology::weight).containsExactly(1, 1, 2);
  }

  /** Frozen: a change here would route keys to another shard. */
  @Test
  void build_goldenTopologies_neverMove() {
    Topology orders =
        Topology.builder("orders").shard("s0", 1).shard("s1", 1).shard("s2", 2).build();
    assertThat(
            owners(orders).subList(0, 64).stream()
                .map(shard -> shard.value().substring(1))
                .collect(Collectors.joining()))
        .isEqualTo("1101020220001101112001211202201102120210000022020121221120002020");
    assertThat(digest(orders)).isEqualTo(0xddb7e09e0d8643ecL);

    Topology.Builder wide = Topology.builder("wide").slots(65_536);
    for (int i = 0; i < 100; i++) {
      wide.shard("shard-" + i, 1 + (i * 7919) % 97);
    }
    assertThat(digest(wide.build())).isEqualTo(0x6bddadd42a3d0126L);
  }

  private static long digest(Topology topology) {
    return StableHash.hash(
        owners(topology).stream().map(owner -> owner + ",").collect(Collectors.joining()));
  }

  @Test
  void slotOf_anyHash_isItsHighBits() {
    Topology topology = Topology.builder("t").slots(16).shard("s0", 1).build();

    assertThat(topology.slotOf(0)).isZero();
    assertThat(topology.slotOf(-1)).isEqualTo(15);
    assertThat(topology.slotOf(Long.MIN_VALUE)).isEqualTo(8);
    assertThat(topology.slotOf(Long.MAX_VALUE)).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -16, 0, 1, 8, 17, 4095, 131_072})
  void slots_notAPowerOfTwoInRange_isRefused(int slots) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topology.builder("t").slots(slots))
        .withMessageContaining(String.valueOf(slots))
        .withMessageContaining("65536");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1_000_001})
  void shard_weightOutOfRange_isRefused(int weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topology.builder("t").shard("s0", weight))
        .withMessageContaining(String.valueOf(weight))
        .withMessageContaining("1000000");
  }

  @Test
  void shard_sameIdTwice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topology.builder("t").shard("s0", 1).shard("s0", 2))
        .withMessageContaining("s0");
  }

  @Test
  void build_withoutShards_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Topology.builder("t").build());
  }

  @Test
  void build_fewerThanSixteenSlotsPerShard_isRefusedNamingBoth() {
    Topology.Builder builder = Topology.builder("t").slots(32).shard("s0", 1).shard("s1", 1);
    assertThat(builder.build().shards()).hasSize(2);

    builder.shard("s2", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("slots(32)")
        .withMessageContaining("number of shards of topology t is 3")
        .withMessageContaining("at most 2");
  }

  @Test
  void build_weightTooSmallForASlot_isRefusedNamingBoth() {
    Topology.Builder builder =
        Topology.builder("t").slots(64).shard("big", 1_000_000).shard("small", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageStartingWith("shard(small, 1) of topology t would own none of slots(64);");
  }

  @ParameterizedTest
  @CsvSource({"64, 1000000", "4096, 1000000", "64, 500", "4096, 70000"})
  void build_weightTooSmallForASlot_isRefusedWithTheLeastThatIsNot(int slots, int heavy) {
    IntFunction<Topology.Builder> builder =
        weight -> Topology.builder("t").slots(slots).shard("big", heavy).shard("small", weight);
    String message = catchThrowable(() -> builder.apply(1).build()).getMessage();
    int least = Integer.parseInt(message.substring(message.lastIndexOf(' ') + 1));

    assertThat(builder.apply(least).build().quota(new ShardId("small"))).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.apply(least - 1).build())
        .withMessage(message.replace("(small, 1)", "(small, " + (least - 1) + ")"));
  }

  @Test
  void quotaAndOwnerOf_whatIsNotThere_areRefused() {
    Topology topology = Topology.builder("t").shard("s0", 1).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> topology.quota(new ShardId("s1")))
        .withMessageContaining("s1");
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> topology.ownerOf(4096));
  }

  private static Topology topology(int slots, List<Map.Entry<String, Integer>> shards) {
    Topology.Builder builder = Topology.builder("t").slots(slots);
    shards.forEach(shard -> builder.shard(shard.getKey(), shard.getValue()));
    return builder.build();
  }

  private static List<ShardId> owners(Topology topology) {
    return IntStream.range(0, topology.slots()).mapToObj(topology::ownerOf).toList();
  }
}
