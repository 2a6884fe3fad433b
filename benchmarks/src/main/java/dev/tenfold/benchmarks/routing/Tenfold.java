// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import dev.tenfold.sharding.HotKeys;
import dev.tenfold.sharding.JumpStrategy;
import dev.tenfold.sharding.KetamaStrategy;
import dev.tenfold.sharding.RendezvousStrategy;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.Blackhole;

/** The routers of Tenfold: the slot table, with pins, with HotKeys, and the classic strategies. */
final class Tenfold {
  private static final int MIN_SLOTS = 4096;
  private static final int SLOTS_PER_SHARD = 16;

  private Tenfold() {}

  static String name(int shard) {
    return "shard-" + shard;
  }

  /** Returns 1 to the heaviest weight in turn. */
  static int weight(int shard, int heaviest) {
    return 1 + shard % heaviest;
  }

  /** Returns the default number of slots, or the least number that the shards need. */
  static int slotsFor(int shards) {
    int needed = shards * SLOTS_PER_SHARD;
    return Math.max(MIN_SLOTS, Integer.highestOneBit(needed - 1) << 1);
  }

  static Topology.Builder topology(int shards) {
    Topology.Builder topology = Topology.builder("benchmark").slots(slotsFor(shards));
    for (int i = 0; i < shards; i++) {
      topology.shard(name(i), 1);
    }
    return topology;
  }

  static Router slots(int shards) {
    return new Slots(topology(shards));
  }

  static Router pinned(int shards) {
    Topology.Builder topology = topology(shards);
    for (int i = 0; i < Keys.PINNED; i++) {
      topology.pin(Keys.pinned(i), name(i % shards));
    }
    return new Slots(topology);
  }

  static Router observed(int shards) {
    return new Observed(topology(shards).build());
  }

  static Router jump(int shards) {
    return new Jump(JumpStrategy.of(List.copyOf(weights(shards, 1).keySet())));
  }

  static Router ketama(int shards) {
    return new Ketama(KetamaStrategy.of(weights(shards, 1)));
  }

  static Router rendezvous(int shards, int heaviest) {
    return new Rendezvous(RendezvousStrategy.of(weights(shards, heaviest)));
  }

  private static Map<ShardId, Integer> weights(int shards, int heaviest) {
    Map<ShardId, Integer> weights = new LinkedHashMap<>();
    for (int i = 0; i < shards; i++) {
      weights.put(new ShardId(name(i)), weight(i, heaviest));
    }
    return weights;
  }

  private static final class Slots implements Router {
    private final ShardRouter router;

    private Slots(Topology.Builder topology) {
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

  private static final class Observed implements Router {
    private final HotKeys routes;

    private Observed(Topology topology) {
      routes = HotKeys.observing(ShardRouter.of(TopologySource.of(topology))).build();
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(routes.route(key));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(routes.route(key));
    }
  }

  /** Takes an integer as a hash, like Guava, and so gets the same hash. */
  private static final class Jump implements Router {
    private final JumpStrategy strategy;

    private Jump(JumpStrategy strategy) {
      this.strategy = strategy;
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(strategy.route(Keys.mix(key)));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(strategy.route(key));
    }
  }

  private static final class Ketama implements Router {
    private final KetamaStrategy strategy;

    private Ketama(KetamaStrategy strategy) {
      this.strategy = strategy;
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(strategy.shardAt((int) (Keys.mix(key) >>> Integer.SIZE)));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(strategy.route(key));
    }
  }

  private static final class Rendezvous implements Router {
    private final RendezvousStrategy strategy;

    private Rendezvous(RendezvousStrategy strategy) {
      this.strategy = strategy;
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(strategy.route(key));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(strategy.route(key));
    }
  }
}
