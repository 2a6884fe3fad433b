// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import com.dynatrace.hash4j.consistent.ConsistentBucketHasher;
import com.dynatrace.hash4j.consistent.ConsistentBucketSetHasher;
import com.dynatrace.hash4j.consistent.ConsistentHashing;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.dynatrace.hash4j.random.PseudoRandomGeneratorProvider;
import dev.tenfold.sharding.JumpStrategy;
import dev.tenfold.sharding.KetamaStrategy;
import dev.tenfold.sharding.RendezvousStrategy;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.ShardStrategy;
import dev.tenfold.sharding.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The compared placements of keys on nodes, each with the code that its users would write. */
enum Placement {
  /** The slot table of Tenfold, which evolves. */
  SLOTS("Tenfold slots", true),
  /** Jump Consistent Hash of Tenfold. */
  JUMP("Tenfold jump", false),
  /** Ketama of Tenfold. */
  KETAMA("Tenfold ketama", true),
  /** Weighted rendezvous of Tenfold. */
  RENDEZVOUS("Tenfold weighted rendezvous", true),
  /** hash4j's stateless JumpBackHash. */
  JUMP_BACK("hash4j JumpBackHash", false),
  /** hash4j's JumpBackAnchorHash. */
  JUMP_BACK_ANCHOR("hash4j JumpBackAnchorHash", false),
  /** Guava's Jump Consistent Hash. */
  GUAVA("Guava Hashing.consistentHash", false),
  /** The textbook ring. */
  RING("TreeMap ring, 160 points", true);

  private final String label;
  private final boolean takesWeights;

  Placement(String label, boolean takesWeights) {
    this.label = label;
    this.takesWeights = takesWeights;
  }

  /** Returns the name in the table. */
  String label() {
    return label;
  }

  /** Returns whether nodes may have different weights. */
  boolean takesWeights() {
    return takesWeights;
  }

  /**
   * Returns a cluster of nodes 0, 1, ...
   *
   * @param weights a weight for each node; ignored if the placement takes no weights
   */
  Cluster cluster(int[] weights) {
    return switch (this) {
      case SLOTS -> new Slots(weights);
      case JUMP -> new Remade(weights, nodes -> JumpStrategy.of(List.copyOf(nodes.keySet())));
      case KETAMA -> new Remade(weights, KetamaStrategy::of);
      case RENDEZVOUS -> new Remade(weights, RendezvousStrategy::of);
      case JUMP_BACK -> {
        ConsistentBucketHasher hasher = ConsistentHashing.jumpBackHashSplitMix64();
        yield new Numbered(weights.length, hasher::getBucket);
      }
      case JUMP_BACK_ANCHOR -> new Anchor(weights.length);
      case GUAVA -> new Numbered(weights.length, com.google.common.hash.Hashing::consistentHash);
      case RING -> new Ring(weights);
    };
  }

  /** Returns the number in the name of a shard. */
  private static int node(ShardId shard) {
    return Integer.parseInt(shard.value().substring(shard.value().lastIndexOf('-') + 1));
  }

  private static final class Slots implements Cluster {
    private Topology topology;
    private final ShardRouter router = ShardRouter.of(() -> topology);

    private Slots(int[] weights) {
      // as many slots as one node more needs
      var builder = Topology.builder("comparison").slots(Tenfold.slotsFor(weights.length + 1));
      for (int node = 0; node < weights.length; node++) {
        builder.shard(Tenfold.name(node), weights[node]);
      }
      topology = builder.build();
    }

    @Override
    public void add(int node) {
      topology = topology.evolve().add(Tenfold.name(node), 1).build();
    }

    @Override
    public void remove(int node) {
      topology = topology.evolve().remove(Tenfold.name(node)).build();
    }

    @Override
    public int route(long key) {
      return node(router.route(key));
    }
  }

  /** An immutable strategy, which is created again for each change. */
  private static final class Remade implements Cluster {
    private final Map<ShardId, Integer> weights = new LinkedHashMap<>(); // newest last
    private final Function<Map<ShardId, Integer>, ShardStrategy> maker;
    private ShardStrategy strategy;

    private Remade(int[] weights, Function<Map<ShardId, Integer>, ShardStrategy> maker) {
      for (int node = 0; node < weights.length; node++) {
        this.weights.put(new ShardId(Tenfold.name(node)), weights[node]);
      }
      this.maker = maker;
      this.strategy = maker.apply(this.weights);
    }

    @Override
    public void add(int node) {
      weights.put(new ShardId(Tenfold.name(node)), 1);
      strategy = maker.apply(weights);
    }

    @Override
    public void remove(int node) {
      weights.remove(new ShardId(Tenfold.name(node)));
      strategy = maker.apply(weights);
    }

    @Override
    public int route(long key) {
      return node(strategy.route(key));
    }
  }

  /** Maps a hash to a number below a count. */
  private interface Numbering {
    int number(long hash, int count);
  }

  /** Nodes identified by their position in a list; those behind a removed node move up. */
  private static final class Numbered implements Cluster {
    private final List<Integer> nodes = new ArrayList<>();
    private final Numbering numbering;

    private Numbered(int count, Numbering numbering) {
      for (int node = 0; node < count; node++) {
        nodes.add(node);
      }
      this.numbering = numbering;
    }

    @Override
    public void add(int node) {
      nodes.add(node);
    }

    @Override
    public void remove(int node) {
      nodes.remove(Integer.valueOf(node));
    }

    @Override
    public int route(long key) {
      return nodes.get(numbering.number(Keys.mix(key), nodes.size()));
    }
  }

  private static final class Anchor implements Cluster {
    private final ConsistentBucketSetHasher hasher =
        ConsistentHashing.jumpBackAnchorHash(PseudoRandomGeneratorProvider.splitMix64_V1());
    private final Map<Integer, Integer> buckets = new HashMap<>(); // by node
    private final Map<Integer, Integer> nodes = new HashMap<>(); // by bucket

    private Anchor(int count) {
      for (int node = 0; node < count; node++) {
        add(node);
      }
    }

    @Override
    public void add(int node) {
      int bucket = hasher.addBucket();
      buckets.put(node, bucket);
      nodes.put(bucket, node);
    }

    @Override
    public void remove(int node) {
      int bucket = buckets.remove(node);
      nodes.remove(bucket);
      hasher.removeBucket(bucket);
    }

    @Override
    public int route(long key) {
      return nodes.get(hasher.getBucket(Keys.mix(key)));
    }
  }

  private static final class Ring implements Cluster {
    private final TreeMap<Long, Integer> points = new TreeMap<>();
    private final Hasher64 text = Hashing.komihash5_0();

    private Ring(int[] weights) {
      for (int node = 0; node < weights.length; node++) {
        add(node, weights[node]);
      }
    }

    private void add(int node, int weight) {
      for (int point = 0; point < weight * Textbook.POINTS; point++) {
        points.put(point(node, point), node);
      }
    }

    private long point(int node, int point) {
      return text.hashCharsToLong(Tenfold.name(node) + '#' + point);
    }

    @Override
    public void add(int node) {
      add(node, 1);
    }

    @Override
    public void remove(int node) {
      for (int point = 0; point < Textbook.POINTS; point++) {
        points.remove(point(node, point));
      }
    }

    @Override
    public int route(long key) {
      Map.Entry<Long, Integer> next = points.ceilingEntry(Keys.mix(key));
      return (next == null ? points.firstEntry() : next).getValue();
    }
  }
}
