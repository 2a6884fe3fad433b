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
 * Who routes. Each makes a router of so many shards, equal unless it says otherwise, and loads no
 * class of another.
 *
 * <p>Peers get the cheapest hash that their users would write: for integers the finalizer of
 * SplitMix64, for text komihash (hash4j's fastest for short text); Guava hashes text as its own
 * documentation does.
 */
public enum Contender {
  /** Ours: a slot table. */
  SLOTS,
  /** Ours, with 100 pinned keys. */
  SLOTS_PINNED,
  /** Ours, with hot keys looked for. */
  SLOTS_OBSERVED,
  /** What no router over slots can do without: our hash, and its high bits. */
  HASH_AND_SCALE,
  /** hash4j's stateless JumpBackHash. */
  JUMP_BACK,
  /** hash4j's JumpBackAnchorHash, which can lose an arbitrary bucket. */
  JUMP_BACK_ANCHOR,
  /** Our Jump Consistent Hash. */
  JUMP,
  /** Guava's {@code Hashing.consistentHash}: Jump Consistent Hash. */
  GUAVA,
  /** The textbook ring: a TreeMap with 160 points for each shard. */
  RING,
  /** Our ketama; an integer is routed from its 32-bit point, a text from its MD5. */
  KETAMA,
  /** The same 160 points for each shard in a TreeMap, the same way from key to point. */
  KETAMA_RING,
  /** Our weighted rendezvous. */
  RENDEZVOUS,
  /** Our weighted rendezvous, weights 1 to 4. */
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
        com.google.common.hash.Hashing.murmur3_128();
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
