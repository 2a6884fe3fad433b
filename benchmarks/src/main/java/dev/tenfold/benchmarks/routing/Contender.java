// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import com.dynatrace.hash4j.consistent.ConsistentBucketHasher;
import com.dynatrace.hash4j.consistent.ConsistentBucketSetHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.dynatrace.hash4j.random.PseudoRandomGeneratorProvider;
import dev.tenfold.core.StableHash;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The libraries and algorithms that route. Each creates a router over a number of shards, of equal
 * weights unless it says otherwise, and loads no class of another.
 *
 * <p>A peer gets the cheapest hash that its users would write: for integers the finalizer of
 * SplitMix64, for text the fastest hash of the library for short text. That is komihash for hash4j
 * and farmHashFingerprint64 for Guava, which takes 18 ns for 8 to 24 characters where murmur3_32
 * takes 20 and murmur3_128 takes 47, and whose results Guava promises not to change.
 */
public enum Contender {
  /** Tenfold: a slot table. */
  SLOTS,
  /** Tenfold with 100 pinned keys. */
  SLOTS_PINNED,
  /** Tenfold with a search for hot keys. */
  SLOTS_OBSERVED,
  /** The floor of a router over slots: the hash, and its high bits. */
  HASH_AND_SCALE,
  /** hash4j's stateless JumpBackHash. */
  JUMP_BACK,
  /** hash4j's JumpBackAnchorHash, which can lose an arbitrary bucket. */
  JUMP_BACK_ANCHOR,
  /** Jump Consistent Hash of Tenfold. */
  JUMP,
  /** Guava's {@code Hashing.consistentHash}: Jump Consistent Hash. */
  GUAVA,
  /** The textbook ring: a TreeMap with 160 points for each shard. */
  RING,
  /** Ketama of Tenfold; an integer is routed from its 32-bit point, a text from its MD5. */
  KETAMA,
  /** The same points in a TreeMap, with the same way from key to point. */
  KETAMA_RING,
  /** The same points in a sorted {@code long[]}, found by a binary search. */
  KETAMA_ARRAY,
  /** Weighted rendezvous of Tenfold. */
  RENDEZVOUS,
  /** Weighted rendezvous of Tenfold, weights 1 to 4. */
  RENDEZVOUS_MIXED,
  /** Weighted rendezvous as published: a loop of -w / ln u. */
  LOGARITHMS,
  /** The same, weights 1 to 4. */
  LOGARITHMS_MIXED,
  /** Rendezvous that takes no weights: a loop for the highest hash. */
  HIGHEST_HASH;

  private static final int HEAVIEST = 4;

  Router over(int shards) {
    return switch (this) {
      case SLOTS -> Tenfold.slots(shards);
      case SLOTS_PINNED -> Tenfold.pinned(shards);
      case SLOTS_OBSERVED -> Tenfold.observed(shards);
      case HASH_AND_SCALE -> new HashAndScale(Tenfold.slotsFor(shards));
      case JUMP_BACK -> new JumpBack(shards);
      case JUMP_BACK_ANCHOR -> new JumpBackAnchor(shards);
      case JUMP -> Tenfold.jump(shards);
      case GUAVA -> new Guava(shards);
      case RING -> Textbook.ring(shards);
      case KETAMA -> Tenfold.ketama(shards);
      case KETAMA_RING -> Textbook.ketama(shards);
      case KETAMA_ARRAY -> Textbook.ketamaArray(shards);
      case RENDEZVOUS -> Tenfold.rendezvous(shards, 1);
      case RENDEZVOUS_MIXED -> Tenfold.rendezvous(shards, HEAVIEST);
      case LOGARITHMS -> Textbook.logarithms(shards, 1);
      case LOGARITHMS_MIXED -> Textbook.logarithms(shards, HEAVIEST);
      case HIGHEST_HASH -> Textbook.highestHash(shards);
    };
  }

  private static final class HashAndScale implements Router {
    private final int shift;

    private HashAndScale(int slots) {
      this.shift = Long.SIZE - Integer.numberOfTrailingZeros(slots);
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume((int) (StableHash.hash(key) >>> shift));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume((int) (StableHash.hash(key) >>> shift));
    }
  }

  private static final class JumpBack implements Router {
    private final ConsistentBucketHasher hasher = ConsistentHashing.jumpBackHashSplitMix64();
    private final Hasher64 text = Hashing.komihash5_0();
    private final int shards;

    private JumpBack(int shards) {
      this.shards = shards;
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(hasher.getBucket(Keys.mix(key), shards));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(hasher.getBucket(text.hashCharsToLong(key), shards));
    }
  }

  private static final class JumpBackAnchor implements Router {
    private final ConsistentBucketSetHasher hasher =
        ConsistentHashing.jumpBackAnchorHash(PseudoRandomGeneratorProvider.splitMix64_V1());
    private final Hasher64 text = Hashing.komihash5_0();

    private JumpBackAnchor(int shards) {
      for (int i = 0; i < shards; i++) {
        hasher.addBucket();
      }
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(hasher.getBucket(Keys.mix(key)));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(hasher.getBucket(text.hashCharsToLong(key)));
    }
  }

  private static final class Guava implements Router {
    private final com.google.common.hash.HashFunction text =
        com.google.common.hash.Hashing.farmHashFingerprint64();
    private final int shards;

    private Guava(int shards) {
      this.shards = shards;
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(com.google.common.hash.Hashing.consistentHash(Keys.mix(key), shards));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(
          com.google.common.hash.Hashing.consistentHash(
              text.hashString(key, StandardCharsets.UTF_8), shards));
    }
  }
}
