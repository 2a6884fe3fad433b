// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the guide says of the two attempts that fail, and of the one that does not. */
class ShardingGuideAttemptsTest {
  private static final int KEYS = 100_000;

  private static String naive(Object key, List<String> shards) {
    return shards.get(Math.abs(key.hashCode()) % shards.size());
  }

  private static TreeMap<Long, String> ring(List<String> shards) {
    TreeMap<Long, String> ring = new TreeMap<>();
    for (String shard : shards) {
      for (int point = 0; point < 100; point++) {
        ring.put(StableHash.hash(shard + point), shard);
      }
    }
    return ring;
  }

  private static String owner(TreeMap<Long, String> ring, long key) {
    Map.Entry<Long, String> next = ring.ceilingEntry(StableHash.hash(key));
    return (next == null ? ring.firstEntry() : next).getValue();
  }

  private static List<String> shards(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> "s" + i).toList();
  }

  private static Topology topology(List<String> shards) {
    Topology.Builder topology = Topology.builder("orders");
    shards.forEach(shard -> topology.shard(shard, 1));
    return topology.build();
  }

  private static long heaviest(List<ShardId> owners) {
    Map<ShardId, Long> keys = new HashMap<>();
    owners.forEach(owner -> keys.merge(owner, 1L, Long::sum));
    return Collections.max(keys.values());
  }

  @Test
  void naive_fifthShard_movesFourKeysOfFive() {
    long moved =
        LongStream.range(0, KEYS)
            .filter(key -> !naive(key, shards(4)).equals(naive(key, shards(5))))
            .count();

    assertThat(moved).isEqualTo(80_000);
  }

  @Test
  void naive_oneUserAsIntegerAndAsLong_hasTwoShards() {
    assertThat(naive(-1, shards(4))).isEqualTo("s2");
    assertThat(naive(-1L, shards(4))).isEqualTo("s1");
  }

  @Test
  void naive_hashOfTheLeastInteger_hasNoShard() {
    assertThatThrownBy(() -> naive("polygenelubricants", shards(5)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void ring_100PointsEach_isUneven() {
    TreeMap<Long, String> ring = ring(shards(11));
    Map<String, Integer> keys = new HashMap<>();
    LongStream.range(0, KEYS).forEach(key -> keys.merge(owner(ring, key), 1, Integer::sum));

    assertThat(Collections.max(keys.values())).isEqualTo(10_796);
    assertThat(Collections.min(keys.values())).isEqualTo(7_678);
  }

  @Test
  void ring_sameShardsInAnotherOrder_isAnotherRing() {
    List<String> reversed = new ArrayList<>(shards(11));
    Collections.reverse(reversed);
    TreeMap<Long, String> one = ring(shards(11));
    TreeMap<Long, String> other = ring(reversed);

    long disagree =
        LongStream.range(0, KEYS).filter(key -> !owner(one, key).equals(owner(other, key))).count();

    assertThat(disagree).isEqualTo(1_139);
  }

  @Test
  void slots_elevenShardsInAnyOrder_areEvenAndTheSame() {
    List<String> reversed = new ArrayList<>(shards(11));
    Collections.reverse(reversed);
    Topology topology = topology(shards(11));
    ShardRouter router = ShardRouter.of(TopologySource.of(topology));

    assertThat(topology(reversed).text()).isEqualTo(topology.text());
    assertThat(topology.shards()).extracting(topology::quota).containsOnly(372, 373);
    assertThat(heaviest(LongStream.range(0, KEYS).mapToObj(router::route).toList()))
        .isEqualTo(9_171);
  }

  @Test
  void slots_fifthShard_movesAFifthAndRefusesWhatIsNotStable() {
    Topology four = topology(shards(4));
    Topology five = four.evolve().add("s5", 1).build();
    ShardRouter before = ShardRouter.of(TopologySource.of(four));
    ShardRouter after = ShardRouter.of(TopologySource.of(five));

    long moved =
        LongStream.range(0, KEYS)
            .filter(key -> !before.route(key).equals(after.route(key)))
            .peek(key -> assertThat(after.route(key)).isEqualTo(new ShardId("s5")))
            .count();

    assertThat(moved).isEqualTo(19_889);
    assertThat(before.route((Object) (-1))).isEqualTo(before.route(-1L));
    assertThat(before.route("polygenelubricants")).isIn(four.shards());
  }
}
