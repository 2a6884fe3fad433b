// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import com.dynatrace.hash4j.consistent.ConsistentBucketHasher;
import com.dynatrace.hash4j.consistent.ConsistentBucketSetHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.dynatrace.hash4j.random.PseudoRandomGeneratorProvider;
import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Who routes. Each makes a router of so many equal shards and loads no class of another.
 *
 * <p>Peers get the cheapest hash that their users would write: for integers the finalizer of
 * SplitMix64, for text komihash (hash4j's fastest for short text); Guava hashes text as its own
 * documentation does.
 */
public enum Contender {
  /** Ours: 4,096 slots. */
  OURS,
  /** What no router over slots can do without: our hash, and its high bits. */
  HASH_AND_SCALE,
  /** hash4j's stateless JumpBackHash. */
  JUMP_BACK,
  /** hash4j's JumpBackAnchorHash, which can lose an arbitrary bucket. */
  JUMP_BACK_ANCHOR,
  /** Guava's {@code Hashing.consistentHash}: Jump Consistent Hash. */
  GUAVA,
  /** The textbook ring: a TreeMap with 160 points for each shard. */
  RING;

  static final int SLOTS = 4096;

  Router over(int shards) {
    return switch (this) {
      case OURS -> new Ours(shards);
      case HASH_AND_SCALE -> new HashAndScale();
      case JUMP_BACK -> new JumpBack(shards);
      case JUMP_BACK_ANCHOR -> new JumpBackAnchor(shards);
      case GUAVA -> new Guava(shards);
      case RING -> new Ring(shards);
    };
  }

  /** The finalizer of SplitMix64, variant 13 of Stafford's. */
  private static long mix(long key) {
    long z = (key ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private static final class Ours implements Router {
    private final ShardRouter router;

    private Ours(int shards) {
      Topology.Builder topology = Topology.builder("benchmark").slots(SLOTS);
      for (int i = 0; i < shards; i++) {
        topology.shard("shard-" + i, 1);
      }
      router = ShardRouter.of(TopologySource.of(topology.build()));
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(router.route(key));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(router.route(key));
    }
  }

  private static final class HashAndScale implements Router {
    private final int shift = Long.SIZE - Integer.numberOfTrailingZeros(SLOTS);

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
      sink.consume(hasher.getBucket(mix(key), shards));
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
      sink.consume(hasher.getBucket(mix(key)));
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
      sink.consume(com.google.common.hash.Hashing.consistentHash(mix(key), shards));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(
          com.google.common.hash.Hashing.consistentHash(
              text.hashString(key, StandardCharsets.UTF_8), shards));
    }
  }

  private static final class Ring implements Router {
    private static final int POINTS = 160;

    private final TreeMap<Long, String> points = new TreeMap<>();
    private final Hasher64 text = Hashing.komihash5_0();

    private Ring(int shards) {
      for (int i = 0; i < shards; i++) {
        String name = "shard-" + i;
        for (int point = 0; point < POINTS; point++) {
          points.put(text.hashCharsToLong(name + '#' + point), name);
        }
      }
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(owner(mix(key)));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(owner(text.hashCharsToLong(key)));
    }

    private String owner(long hash) {
      Map.Entry<Long, String> next = points.ceilingEntry(hash);
      return (next == null ? points.firstEntry() : next).getValue();
    }
  }
}
