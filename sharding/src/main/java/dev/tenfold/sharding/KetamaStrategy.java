// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * The ring of libmemcached: weighted ketama over MD5. Use it to share keys with programs that place
 * them by {@code MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED}. {@link RendezvousStrategy} and {@link
 * ShardRouter} move less, balance better and are faster.
 *
 * <pre>{@code
 * KetamaStrategy memcached =
 *     KetamaStrategy.of(Map.of(new ShardId("10.0.1.1"), 600, new ShardId("10.0.1.2:11222"), 300));
 * ShardId server = memcached.route("user:42");
 * }</pre>
 *
 * <p>The ring. The id of a shard is what libmemcached hashes for a server: the host alone if the
 * port is 11211, else {@code host:port}; a host name, not the address that it resolves to. A shard
 * has about 160 points on a ring of 2<sup>32</sup>: four from the MD5 of each of {@code id-0},
 * {@code id-1}, ... A key belongs to the first point at or after its own, and after the last point
 * to the first. Keys of memcached are text: pass the text. Of any other key the canonical bytes of
 * {@link StableHash} are digested.
 *
 * <p>Weights. A shard has 4 × ⌊40 × its share × the number of shards⌋ points, computed in {@code
 * float} as in libmemcached; IEEE 754 makes the result the same everywhere. So the points of every
 * shard depend on all weights and, by rounding, on the number of shards even for equal weights: 160
 * points for each of 99 shards, 156 for each of 100.
 *
 * <p><b>Guarantees.</b> The order in which shards are given does not matter: points that collide
 * belong to the lower id (unsigned UTF-8), where libmemcached leaves the choice to its sort. While
 * the other shards keep their points, an added shard takes keys from all of them, a removed shard
 * gives its keys to all of them, and no other key moves.
 *
 * <p><b>No guarantees.</b> With different weights the points of the other shards change too: of the
 * weights 1, 1, 4 and 8, removing the heaviest shard moves some 16 % of the keys of the others
 * between them. With 160 points the shares of equal shards have a standard deviation of 8 %; the
 * largest of 100 shards holds about 20 % more than the mean. The look-up of a point has no upper
 * bound for shards whose points crowd.
 *
 * <p>Immutable and thread-safe; never blocks. The MD5 of the key dominates a route: some hundred
 * nanoseconds and some hundred bytes. The owner of a point takes two or three array reads ({@link
 * #shardAt}): an index by the high bits leads to the place, and one or two points are passed on
 * average. A point takes 12 to 16 bytes, a shard about 2.5 KB. Building computes 40 digests per
 * shard.
 *
 * <p>Source: R. Jones, libketama, 2007; libmemcached 1.0, {@code hosts.cc}; D. Karger et al.,
 * "Consistent hashing and random trees", <a
 * href="https://doi.org/10.1145/258533.258660">doi:10.1145/258533.258660</a>, 1997.
 */
public final class KetamaStrategy implements ShardStrategy {
  private static final int POINTS_PER_SHARD = 160;
  private static final int POINTS_PER_DIGEST = 4;
  private static final int INDEX_BITS = 16;
  private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

  private final MessageDigest md5; // cloned for each digest, never updated
  private final List<ShardId> shards; // by id
  private final ShardId[] owners; // in the order of shards
  private final long[] points; // a point and the index of its owner, ascending; the last one wraps
  private final int[] starts; // by the high bits of a point: the index in points to begin at
  private final int shift;

  private KetamaStrategy(SortedMap<ShardId, Integer> weights) {
    this.md5 = md5();
    this.shards = List.copyOf(weights.keySet());
    this.owners = shards.toArray(ShardId[]::new);
    this.points = ring(weights);
    int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(points.length - 2));
    this.shift = Integer.SIZE - bits;
    this.starts = new int[1 << bits];
    int at = 0;
    for (int i = 0; i < starts.length; i++) {
      while (points[at] < position((long) i << shift)) {
        at++;
      }
      starts[i] = at;
    }
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no MD5, which ketama needs", e);
    }
  }

  private long[] ring(SortedMap<ShardId, Integer> weights) {
    long total = weights.values().stream().mapToLong(Integer::longValue).sum();
    // The sum of the rounded shares exceeds 1 by less than a digest: at most 160 points per shard.
    long[] ring = new long[POINTS_PER_SHARD * weights.size() + 1];
    int count = 0;
    int index = 0;
    for (Map.Entry<ShardId, Integer> shard : weights.entrySet()) {
      int digests = digests(shard.getValue(), total, weights.size());
      if (digests == 0) {
        throw new IllegalArgumentException(
            "weight of shard "
                + shard.getKey()
                + " is "
                + shard.getValue()
                + "; with a total weight of "
                + total
                + " the shard would have no point");
      }
      for (int i = 0; i < digests; i++) {
        byte[] digest = digest((shard.getKey() + "-" + i).getBytes(StandardCharsets.UTF_8));
        for (int part = 0; part < POINTS_PER_DIGEST; part++) {
          ring[count++] = position(Integer.toUnsignedLong(point(digest, part))) | index;
        }
      }
      index++;
    }
    Arrays.sort(ring, 0, count);
    ring[count] = position(1L << Integer.SIZE) | (ring[0] & INDEX_MASK);
    return Arrays.copyOf(ring, count + 1);
  }

  /** Returns the number of digests of a shard, by the operations and types of libmemcached. */
  static int digests(int weight, long total, int shards) {
    float share = (float) weight / (float) total;
    float digests = share * POINTS_PER_SHARD / POINTS_PER_DIGEST * (float) shards;
    return (int) (float) (digests + 0.0000000001);
  }

  /**
   * Returns a point for the array: shifted, so that the low bits can hold the index of its owner.
   */
  private static long position(long point) {
    return point << INDEX_BITS;
  }

  private static int point(byte[] digest, int part) {
    return ByteBuffer.wrap(digest).order(ByteOrder.LITTLE_ENDIAN).getInt(part * Integer.BYTES);
  }

  private byte[] digest(byte[] bytes) {
    try {
      return ((MessageDigest) md5.clone()).digest(bytes);
    } catch (CloneNotSupportedException e) {
      return md5().digest(bytes);
    }
  }

  /**
   * Returns a strategy over shards of equal weight.
   *
   * @param shards 1 to 4,096 shards, each once; the order does not matter
   * @return the strategy
   * @throws IllegalArgumentException if the number of shards is out of range, or a shard is listed
   *     twice
   */
  public static KetamaStrategy of(List<ShardId> shards) {
    return new KetamaStrategy(ShardList.equal(shards));
  }

  /**
   * Returns a strategy over weighted shards.
   *
   * @param weights 1 to 4,096 shards and their weights, from 1 to 1,000,000
   * @return the strategy
   * @throws IllegalArgumentException if the number of shards or a weight is out of range, or a
   *     weight is so small beside the others that its shard would have no point
   */
  public static KetamaStrategy of(Map<ShardId, Integer> weights) {
    return new KetamaStrategy(ShardList.weighted(weights));
  }

  /**
   * Returns the shards of the ring.
   *
   * @return an immutable list, ordered by id
   */
  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    return shardAt(pointOf(key));
  }

  /**
   * Returns the point of a key on the ring: the first four bytes of its MD5, least significant
   * first.
   *
   * @param key as for {@link #route(Object)}
   * @return the point, to be read as unsigned
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of this type have no canonical bytes
   */
  public int pointOf(Object key) {
    return point(digest(StableHash.canonical(ShardKeys.require(key))), 0);
  }

  /**
   * Returns the shard that owns a point of the ring. Allocates nothing.
   *
   * @param point read as unsigned
   * @return the owner of the first point of a shard that is not below {@code point}, or else of the
   *     first point of the ring
   */
  public ShardId shardAt(int point) {
    long sought = position(Integer.toUnsignedLong(point));
    int at = starts[point >>> shift];
    while (points[at] < sought) {
      at++;
    }
    return owners[(int) points[at] & INDEX_MASK];
  }

  @Override
  public String toString() {
    return "KetamaStrategy" + shards;
  }
}
