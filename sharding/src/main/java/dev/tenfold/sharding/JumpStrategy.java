// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.List;

/**
 * Jump consistent hash over a list of shards that grows and shrinks at its end. For agreeing with
 * programs that use Guava's {@code Hashing.consistentHash} or another port of the paper.
 *
 * <pre>{@code
 * JumpStrategy caches = JumpStrategy.of(List.of(new ShardId("c0"), new ShardId("c1")));
 * ShardId shard = caches.route(42L);    // caches.shards().get(Hashing.consistentHash(42L, 2))
 * }</pre>
 *
 * <p>What is hashed. An integer key is taken as it is, as Guava takes a {@code long}: the paper's
 * generator mixes it, so numbers that follow each other, or come in steps, spread evenly. Numbers
 * that differ in their highest bits only (multiples of 2<sup>48</sup>, say) do not: route those by
 * {@code route(StableHash.hash(id))}. Every other key is hashed by {@link StableHash} first. {@link
 * #bucket} takes a hash of your own.
 *
 * <p>What moves. A shard appended to n: one key in n + 1, all of them to the newcomer. The last
 * shard removed: its keys only. The list is part of the placement: a shard taken out of it shifts
 * all behind it and their keys, so that half of the keys of the shards that stay change their shard
 * if it was in the middle, nearly all if it was the first. There are no weights. {@link
 * ShardRouter} has both, removal of any shard and weights.
 *
 * <p>Balance: as even as the keys, shares differ by sampling only. A route takes ln n + 0.6 steps
 * on average, of one division each; at most four keys in a hundred thousand take three times as
 * many. 8 to 16 bytes per shard.
 *
 * <p>The arithmetic is the paper's in {@code double}, which Java computes by IEEE 754 alike on
 * every JVM: up to 4,194,304 buckets each step is the exact quotient, rounded down. Where Guava and
 * the paper differ, once in 2<sup>31</sup> steps, this is Guava's, bit for bit.
 *
 * <p>Immutable, thread-safe, never blocks. A route allocates nothing, except for the UTF-8 bytes of
 * text that is not all ASCII.
 *
 * <p>Source: J. Lamping, E. Veach, "A fast, minimal memory, consistent hash algorithm", <a
 * href="https://arxiv.org/abs/1406.2294">arXiv:1406.2294</a>, 2014.
 */
public final class JumpStrategy implements ShardStrategy {
  private static final long MULTIPLIER = 2862933555777941757L;
  private static final int MOST_EXACT = 1 << 19;

  private final List<ShardId> shards;
  private final ShardId[] buckets;

  private JumpStrategy(List<ShardId> shards) {
    this.shards = shards;
    this.buckets = shards.toArray(ShardId[]::new);
  }

  /**
   * Returns a strategy over shards.
   *
   * @param shards 1 to 4,096, each once; the order decides
   * @return the strategy
   * @throws IllegalArgumentException if there are none, too many, or one twice
   */
  public static JumpStrategy of(List<ShardId> shards) {
    return new JumpStrategy(ShardList.listed(shards));
  }

  /**
   * Returns the bucket of a hash, as Guava's {@code Hashing.consistentHash(hash, buckets)} does.
   *
   * @param hash any value
   * @param buckets at least 1
   * @return 0 to {@code buckets - 1}
   * @throws IllegalArgumentException if there is no bucket
   */
  public static int bucket(long hash, int buckets) {
    if (buckets < 1) {
      throw new IllegalArgumentException("buckets " + buckets + " are fewer than 1");
    }
    return buckets <= MOST_EXACT ? byProduct(hash, buckets) : byQuotient(hash, buckets);
  }

  private static int byProduct(long hash, int buckets) {
    long state = hash;
    int bucket = 0;
    long next = 0;
    while (next >= 0 && next < buckets) {
      bucket = (int) next;
      state = state * MULTIPLIER + 1;
      next = next(bucket, draw(state));
    }
    return bucket;
  }

  /**
   * Returns ⌊(bucket + 1) × 2^31 / draw⌋ by a product, so that the division is over before the
   * bucket is known. 2^31 is taken one ulp too high: then no whole quotient falls below itself, and
   * no other is raised to the next whole number, from which it is 2^-50 of itself away.
   */
  static long next(int bucket, int draw) {
    return (long) ((bucket + 1) * (0x1.0000000000001p31 / draw));
  }

  private static int byQuotient(long hash, int buckets) {
    long state = hash;
    int bucket = 0;
    long next = 0;
    while (next >= 0 && next < buckets) {
      bucket = (int) next;
      state = state * MULTIPLIER + 1;
      next = (long) ((bucket + 1) / (draw(state) * 0x1.0p-31));
    }
    return bucket;
  }

  /** From 1 on; where the paper has 2^31 this wraps, as Guava's does, and so ends the jumps. */
  private static int draw(long state) {
    return (int) (state >>> 33) + 1;
  }

  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    boolean integer = TypedKeys.isInteger(TypedKeys.required(key));
    return route(integer ? ((Number) key).longValue() : StableHash.hash(key));
  }

  /**
   * Routes an integer as it is, without hashing it first.
   *
   * @param key any value
   * @return the shard at {@link #bucket} in the list
   */
  @Override
  public ShardId route(long key) {
    return buckets[bucket(key, buckets.length)];
  }

  @Override
  public String toString() {
    return "JumpStrategy" + shards;
  }
}
