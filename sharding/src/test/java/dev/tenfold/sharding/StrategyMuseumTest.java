// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bugs that other routers had. Each test cites the issue, or the library in which it was seen. */
class StrategyMuseumTest {
  private static final List<ShardId> TEN = Counts.shards(10);

  static List<ShardStrategy> hashing() {
    Map<ShardId, Integer> weights = new HashMap<>();
    for (int i = 0; i < 10; i++) {
      weights.put(TEN.get(i), 1 + i % 4);
    }
    return List.of(
        JumpStrategy.of(TEN),
        KetamaStrategy.of(TEN),
        KetamaStrategy.of(weights),
        RendezvousStrategy.of(TEN),
        RendezvousStrategy.of(weights),
        ModuloStrategy.of(TEN));
  }

  /**
   * Mycat #2689, ShardingSphere #3696: Math.abs of the least integer is negative, and so was the
   * index.
   */
  @Test
  void leastHash_hasAShard() {
    for (int count = 1; count < 300; count++) {
      assertThat(ModuloStrategy.place(Long.MIN_VALUE, count)).isBetween(0, count - 1);
      assertThat(ModuloStrategy.place(-1, count)).isBetween(0, count - 1);
      assertThat(JumpStrategy.bucket(Long.MIN_VALUE, count)).isBetween(0, count - 1);
    }
    for (int point : new int[] {Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE}) {
      assertThat(TEN).contains(KetamaStrategy.of(TEN).shardAt(point));
    }
    for (long hash : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
      assertThat(RendezvousCost.of(hash, 1)).isNotNegative();
    }
  }

  /** ShardingSphere #37282: Integer -1 and Long -1 were two keys, and the row was not found. */
  @ParameterizedTest
  @MethodSource("hashing")
  void integersOfAllTypes_areOneKey(ShardStrategy strategy) {
    for (int key = -1_000; key < 1_000; key++) {
      assertThat(strategy.route((Object) key)).isEqualTo(strategy.route((Object) (long) key));
    }
  }

  /** As ShardingSphere #37282: a hashCode by identity or scale is another one elsewhere. */
  @ParameterizedTest
  @MethodSource("hashing")
  void identityAndScale_areNoKeys(ShardStrategy strategy) {
    for (Object key : List.of(TimeUnit.DAYS, new int[] {1}, new BigDecimal("1.0"), 1.0)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> strategy.route(key))
          .withMessageContaining(key.getClass().getName());
    }
  }

  /** hash4j #555: a hash was redefined under its name. Frozen: none of these may ever change. */
  @Test
  void everyStrategy_routesAsItAlwaysDid() {
    assertThat(hashing().stream().map(StrategyMuseumTest::fingerprint))
        .containsExactly(
            "362f4a795174ae1b",
            "6c647d658930f34a",
            "9f032bf96804b7b3",
            "5cdfebcbfecd90a0",
            "90d5ecb5b4fb2a98",
            "c574516b18a64025");
  }

  private static String fingerprint(ShardStrategy strategy) {
    long print = 0;
    for (long key = -5_000; key < 5_000; key++) {
      print = print * 31 + TEN.indexOf(strategy.route(key));
      print = print * 31 + TEN.indexOf(strategy.route("user-" + key));
    }
    return Long.toHexString(print);
  }

  /**
   * spymemcached, KetamaNodeLocator: the last node put on a point had it, so the order of the list
   * decided.
   */
  @Test
  void pointsCollide_belongToTheLowerIdInAnyOrder() {
    List<ShardId> shards = new ArrayList<>(Counts.shards(1_000));
    int digests = KetamaStrategy.digests(1, 1_000, 1_000);
    Map<Long, ShardId> seen = new HashMap<>();
    Map<Long, ShardId> collisions = new TreeMap<>();
    for (ShardId shard : shards) {
      for (int i = 0; i < digests; i++) {
        for (long point : KetamaStrategyTest.points(shard + "-" + i)) {
          ShardId other = seen.putIfAbsent(point, shard);
          if (other != null) {
            collisions.put(point, other.compareTo(shard) < 0 ? other : shard);
          }
        }
      }
    }
    assertThat(collisions).isNotEmpty();

    for (int round = 0; round < 3; round++) {
      KetamaStrategy ketama = KetamaStrategy.of(shards);
      collisions.forEach(
          (point, owner) -> assertThat(ketama.shardAt(point.intValue())).isEqualTo(owner));
      Collections.shuffle(shards, new Random(round));
    }
  }

  /**
   * buraksezer/consistent #17: "node1" + "1" is "node11" + "" again; here a dash stands between.
   */
  @Test
  void idsThatContinueEachOther_haveTheirOwnPoints() {
    TreeSet<String> names = new TreeSet<>();
    List<String> ids = List.of("node", "node1", "node11", "node-1", "node-1-1", "node1-", "node-");
    for (String id : ids) {
      for (int i = 0; i < 40; i++) {
        names.add(id + "-" + i);
      }
    }
    List<ShardId> shards = ids.stream().map(ShardId::new).toList();

    assertThat(names).hasSize(40 * ids.size());
    assertThat(KetamaStrategyTest.ring(shards, 40)).hasSize(160 * ids.size());
  }

  /** libmemcached, ketama: points depend on the total weight: survivors exchange keys. */
  @Test
  void weightedShardRemoved_movesSurvivorsKeysByKetamaOnly() {
    Map<ShardId, Integer> before =
        Map.of(TEN.get(0), 1, TEN.get(1), 1, TEN.get(2), 4, TEN.get(3), 8);
    double worst = 0;
    for (ShardId removed : before.keySet()) {
      Map<ShardId, Integer> after = new HashMap<>(before);
      after.remove(removed);

      worst = Math.max(worst, moved(KetamaStrategy.of(before), KetamaStrategy.of(after), removed));
      assertThat(moved(RendezvousStrategy.of(before), RendezvousStrategy.of(after), removed))
          .isZero();
    }

    assertThat(worst).isBetween(0.10, 0.30);
  }

  private static double moved(ShardStrategy before, ShardStrategy after, ShardId removed) {
    List<Long> survivors =
        LongStream.range(0, 20_000)
            .filter(key -> !before.route(key).equals(removed))
            .boxed()
            .toList();
    long moved =
        survivors.stream()
            .filter(key -> !before.route(key.longValue()).equals(after.route(key.longValue())))
            .count();
    return (double) moved / survivors.size();
  }

  /** spymemcached named nodes by InetSocketAddress.toString, which asks reverse DNS. */
  @Test
  void idThatLooksLikeAnAddress_isNeverResolved() {
    ShardId resolved = new ShardId("localhost/127.0.0.1:11212");
    ShardId unresolved = new ShardId("/127.0.0.1:11212");

    assertThat(KetamaStrategy.of(List.of(resolved, unresolved)).shards())
        .containsExactly(unresolved, resolved);
    assertThat(RendezvousStrategy.of(List.of(resolved, unresolved)).shards())
        .containsExactly(unresolved, resolved);
  }

  /**
   * Jump consistent hash knows its buckets by number: taking one from the middle renames all behind
   * it.
   */
  @Test
  void shardRemovedFromTheMiddle_movesSurvivorsKeysByJumpOnly() {
    List<ShardId> nine = new ArrayList<>(TEN);
    ShardId removed = nine.remove(4);

    assertThat(moved(JumpStrategy.of(TEN), JumpStrategy.of(nine), removed)).isBetween(0.4, 0.7);
    assertThat(moved(RendezvousStrategy.of(TEN), RendezvousStrategy.of(nine), removed)).isZero();
    assertThat(moved(KetamaStrategy.of(TEN), KetamaStrategy.of(nine), removed)).isZero();
  }

  /**
   * hash4j, its documentation: some hashers are "not thread-safe!". MD5 is the one here that
   * carries state.
   */
  @ParameterizedTest
  @MethodSource("hashing")
  void manyThreads_routeAsOneDoes(ShardStrategy strategy) {
    List<ShardId> alone =
        LongStream.range(0, 20_000).mapToObj(key -> strategy.route("user-" + key)).toList();

    assertThat(
            LongStream.range(0, 20_000)
                .parallel()
                .mapToObj(key -> strategy.route("user-" + key))
                .toList())
        .isEqualTo(alone);
  }

  /**
   * AnchorHash, its README: anchors remember how they came to be: two processes could disagree for
   * ever.
   */
  @Test
  void sameShardsByAnotherHistory_routeTheSame() {
    List<ShardId> first = new ArrayList<>(TEN);
    first.remove(TEN.get(2));
    first.remove(TEN.get(7));
    first.add(TEN.get(2));
    List<ShardId> second = new ArrayList<>(TEN);
    second.remove(TEN.get(7));

    assertThat(fingerprint(RendezvousStrategy.of(first)))
        .isEqualTo(fingerprint(RendezvousStrategy.of(second)));
    assertThat(fingerprint(KetamaStrategy.of(first)))
        .isEqualTo(fingerprint(KetamaStrategy.of(second)));
  }

  /**
   * hash4j, commit 192f05e, on doubles in jump: harmless, because to 4,194,304 buckets they equal
   * the exact quotient.
   */
  @Test
  void jumpInIntegers_isTheSame() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 300_000; i++) {
      long key = random.nextLong();
      int buckets = 1 + random.nextInt(1 << (1 + random.nextInt(22)));

      assertThat(JumpStrategy.bucket(key, buckets)).isEqualTo(exact(key, buckets));
    }
  }

  /** As above, by quotients that are whole numbers, or next to one, where rounding would show. */
  @Test
  void quotientsAtWholeNumbers_areRoundedDown() {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 2_000_000; i++) {
      int bucket = 1 + random.nextInt(1 << (1 + random.nextInt(19)));
      long near = ((long) bucket << 31) / (1 + random.nextInt(1 << 20));
      assertNext(bucket, near + random.nextInt(3) - 1);
      int divisor = 1 + random.nextInt(bucket);
      assertNext(bucket / divisor * divisor, (long) divisor << random.nextInt(31)); // whole
    }
  }

  private static void assertNext(int bucket, long divisor) {
    int draw = (int) Math.min(Math.max(divisor, 1), Integer.MAX_VALUE);
    assertThat(JumpStrategy.next(bucket - 1, draw))
        .as("%s buckets, draw %s", bucket, draw)
        .isEqualTo(((long) bucket << 31) / draw);
  }

  private static int exact(long key, int buckets) {
    long state = key;
    long bucket = 0;
    long next = 0;
    while (next < buckets) {
      bucket = next;
      state = state * 2862933555777941757L + 1;
      next = ((bucket + 1) << 31) / ((state >>> 33) + 1);
    }
    return (int) bucket;
  }

  /** buraksezer/consistent #13: the walk around the ring left out its last position. */
  @Test
  void lastPointOfTheRing_hasItsKeysAndTheRestWraps() {
    TreeMap<Long, ShardId> ring = KetamaStrategyTest.ring(TEN, 40);
    KetamaStrategy ketama = KetamaStrategy.of(TEN);
    long last = ring.lastKey();

    assertThat(ketama.shardAt((int) last)).isEqualTo(ring.get(last));
    assertThat(ketama.shardAt((int) (last - 1))).isEqualTo(ring.get(last));
    assertThat(ketama.shardAt((int) (last + 1))).isEqualTo(ring.firstEntry().getValue());
    assertThat(ketama.shardAt(-1)).isEqualTo(ring.firstEntry().getValue());
    assertThat(ketama.shardAt(0)).isEqualTo(ring.firstEntry().getValue());
  }
}
