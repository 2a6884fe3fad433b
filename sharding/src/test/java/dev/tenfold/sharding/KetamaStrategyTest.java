// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KetamaStrategyTest {
  /** The servers of libmemcached's own tests. */
  private static final KetamaStrategy MEMCACHED =
      KetamaStrategy.of(
          Map.of(
              new ShardId("10.0.1.1"),
              600,
              new ShardId("10.0.1.2"),
              300,
              new ShardId("10.0.1.3"),
              200,
              new ShardId("10.0.1.4"),
              350,
              new ShardId("10.0.1.5"),
              1000,
              new ShardId("10.0.1.6"),
              800,
              new ShardId("10.0.1.7"),
              950,
              new ShardId("10.0.1.8"),
              100));

  /**
   * Frozen: key, its point, the next point on the ring, and the owner of that point. The first file
   * has the 99 cases of libmemcached's own tests. The second file was computed by a program in
   * another language that agrees with libmemcached on each of the 99.
   */
  static Stream<String[]> goldenKeys() throws IOException {
    return Stream.concat(lines("ketama-libmemcached.tsv"), lines("ketama.tsv"));
  }

  private static Stream<String[]> lines(String file) throws IOException {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(KetamaStrategyTest.class.getResourceAsStream(file)),
                StandardCharsets.UTF_8))) {
      return reader.lines().map(line -> line.split("\t", -1)).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("goldenKeys")
  void route_goldenKey_isWhereLibmemcachedHasIt(
      String key, String point, String next, String owner) {
    int at = Integer.parseUnsignedInt(point);
    int following = Integer.parseUnsignedInt(next);

    assertThat(MEMCACHED.pointOf(key)).isEqualTo(at);
    assertThat(MEMCACHED.route(key)).isEqualTo(new ShardId(owner));
    assertThat(MEMCACHED.shardAt(following)).isEqualTo(new ShardId(owner));
  }

  /** The key of libmemcached's own test of the wrap. */
  @Test
  void route_keyBehindTheLastPoint_belongsToTheFirst() {
    assertThat(MEMCACHED.pointOf("VDEAAAAA")).isEqualTo(0xfffcd1b5);
    assertThat(MEMCACHED.route("VDEAAAAA")).isEqualTo(MEMCACHED.shardAt(0));
  }

  /** Returns the points of a ring by its definition. */
  static TreeMap<Long, ShardId> ring(List<ShardId> shards, int digests) {
    TreeMap<Long, ShardId> ring = new TreeMap<>();
    for (ShardId shard : shards) {
      for (int i = 0; i < digests; i++) {
        for (long point : points(shard + "-" + i)) {
          ring.merge(point, shard, (a, b) -> a.compareTo(b) < 0 ? a : b); // belongs to the lower id
        }
      }
    }
    return ring;
  }

  /** The MD5 of a text as four numbers, least significant byte first. */
  static List<Long> points(String text) {
    try {
      byte[] md5 = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
      ByteBuffer words = ByteBuffer.wrap(md5).order(ByteOrder.LITTLE_ENDIAN);
      return IntStream.range(0, 4).mapToObj(i -> words.getInt(4 * i) & 0xFFFFFFFFL).toList();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 64})
  void shardAt_anyPoint_isWhatTheTextbookRingAnswers(int count) {
    List<ShardId> shards = Counts.shards(count);
    KetamaStrategy ketama = KetamaStrategy.of(shards);
    TreeMap<Long, ShardId> ring = ring(shards, 40);

    SplittableRandom random = new SplittableRandom(count);
    for (int i = 0; i < 20_000; i++) {
      assertOwner(ketama, ring, random.nextInt());
    }
    for (long point : ring.keySet()) {
      assertOwner(ketama, ring, (int) point);
      assertOwner(ketama, ring, (int) point - 1);
      assertOwner(ketama, ring, (int) point + 1);
    }
    for (int point : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertOwner(ketama, ring, point);
    }
  }

  private static void assertOwner(KetamaStrategy ketama, TreeMap<Long, ShardId> ring, int point) {
    Map.Entry<Long, ShardId> next = ring.ceilingEntry(Integer.toUnsignedLong(point));
    assertThat(ketama.shardAt(point))
        .as("point %s", Integer.toUnsignedString(point))
        .isEqualTo((next == null ? ring.firstEntry() : next).getValue());
  }

  @Test
  void route_equalShards_differsByTheSpreadOf160Points() {
    List<ShardId> shards = Counts.shards(100);
    Counts counts = new Counts();
    KetamaStrategy ketama = KetamaStrategy.of(shards);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1_000_000; i++) {
      counts.add(ketama.shardAt(random.nextInt()));
    }

    // A share is a sum of 160 gaps: the standard deviation is 8 %, the bound 5 of them.
    for (ShardId shard : shards) {
      assertThat(counts.of(shard)).isBetween(6_000L, 14_000L);
    }
  }

  /**
   * Frozen: cases where float arithmetic loses a digest, and the servers of libmemcached's tests.
   */
  @Test
  void digests_equalAndUnequalWeights_areRoundedAsLibmemcachedDoes() {
    assertThat(IntStream.range(1, 160).filter(n -> KetamaStrategy.digests(1, n, n) != 40))
        .containsExactly(25, 47, 50, 55, 61, 71, 94, 100, 107, 109, 110, 115, 122, 142, 159);
    assertThat(KetamaStrategy.digests(1, 100, 100)).isEqualTo(39);
    assertThat(
            IntStream.of(600, 300, 200, 350, 1000, 800, 950, 100)
                .map(weight -> 4 * KetamaStrategy.digests(weight, 4300, 8)))
        .containsExactly(176, 88, 56, 104, 296, 236, 280, 28);
  }

  @Test
  void of_weightBelowOnePoint_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> KetamaStrategy.of(Map.of(new ShardId("dust"), 1, new ShardId("rock"), 1_000)))
        .withMessageContaining("dust")
        .withMessageContaining("1001");
  }
}
