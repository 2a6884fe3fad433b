// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import dev.tenfold.core.StableHash;
import java.util.List;

/**
 * Jump consistent hash over a list of shards that grows and shrinks at its end. Agrees with Guava's
 * {@code Hashing.consistentHash} and with other implementations of the paper.
 *
 * <pre>{@code
 * JumpStrategy caches = JumpStrategy.of(List.of(new ShardId("c0"), new ShardId("c1")));
 * ShardId shard = caches.route(42L);    // caches.shards().get(Hashing.consistentHash(42L, 2))
 * }</pre>
 *
 * <p><b>Guarantees.</b> If a shard is appended to n shards, one key in n + 1 moves, always to the
 * new shard. If the last shard is removed, only its keys move. Keys spread as evenly as their
 * hashes: shares differ by sampling only. Where Guava and the paper differ, once in 2<sup>31</sup>
 * steps, the result is Guava's, bit for bit.
 *
 * <p><b>No guarantees.</b> There are no weights. The order of the list is part of the placement: a
 * shard that is removed from the middle shifts all shards behind it, so that half of the keys of
 * the remaining shards change their shard; if it was the first, nearly all do. {@link ShardRouter}
 * has weights, and any shard can be removed.
 *
 * <p>Hashing. An integer key is used as it is, as Guava uses a {@code long}: the generator of the
 * paper mixes the key, so consecutive integers and integers in steps spread evenly. Integers that
 * differ only in their highest bits (multiples of 2<sup>48</sup>, for example) do not: route those
 * by {@code route(StableHash.hash(id))}. Every other key is hashed by {@link StableHash} first.
 * {@link #bucket} takes a hash of your own.
 *
 * <p>Arithmetic. The paper's {@code double} arithmetic follows IEEE 754, which Java computes alike
 * on every JVM: up to 4,194,304 buckets each step is the exact quotient, rounded down.
 *
 * <p>Immutable and thread-safe; never blocks. A route takes ln n + 0.6 steps of one division on
 * average; at most four keys in a hundred thousand take three times that number. A route allocates
 * nothing, except for the UTF-8 bytes of text that is not all ASCII. A shard takes 8 to 16 bytes.
 *
 * <p>Source: J. Lamping, E. Veach, "A fast, minimal memory, consistent hash algorithm", <a
 * href="https://arxiv.org/abs/1406.2294">arXiv:1406.2294</a>, 2014.
 */
public final class JumpStrategy implements ShardStrategy {
  private static final long MULTIPLIER = 2862933555777941757L;
  private static final int MAX_EXACT_BUCKETS = 1 << 19;

  private final List<ShardId> shards;
  private final ShardId[] buckets;

  private JumpStrategy(List<ShardId> shards) {
    this.shards = shards;
    this.buckets = shards.toArray(ShardId[]::new);
  }

  /**
   * Returns a strategy over shards.
   *
   * @param shards 1 to 4,096 shards, each once; the order is part of the placement
   * @return the strategy
   * @throws IllegalArgumentException if the number of shards is out of range, or a shard is listed
   *     twice
   */
  public static JumpStrategy of(List<ShardId> shards) {
    return new JumpStrategy(ShardList.distinct(shards));
  }

  /**
   * Returns the bucket of a hash, as Guava's {@code Hashing.consistentHash(hash, buckets)} does.
   *
   * @param hash any value
   * @param buckets at least 1
   * @return 0 to {@code buckets - 1}
   * @throws IllegalArgumentException if {@code buckets} is less than 1
   */
  public static int bucket(long hash, int buckets) {
    Checks.atLeast(1, "buckets", buckets);
    return buckets <= MAX_EXACT_BUCKETS ? byProduct(hash, buckets) : byQuotient(hash, buckets);
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
   * Returns ⌊(bucket + 1) × 2^31 / draw⌋ as a product, so that the division does not wait for the
   * bucket. The factor is 2^31 and one ulp: a quotient that is an integer is not rounded below
   * itself, and no other quotient reaches the next integer, which is at least 2^-50 of it away.
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

  /**
   * Returns 1 or more. Where the paper has 2^31, the value wraps, as Guava's, and ends the jumps.
   */
  private static int draw(long state) {
    return (int) (state >>> 33) + 1;
  }

  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    boolean integer = StableHash.isInteger(ShardKeys.require(key));
    return route(integer ? ((Number) key).longValue() : StableHash.hash(key));
  }

  /**
   * Routes an integer without hashing it first.
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
