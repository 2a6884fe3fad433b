// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.JumpStrategy;
import dev.tenfold.sharding.KetamaStrategy;
import dev.tenfold.sharding.ModuloStrategy;
import dev.tenfold.sharding.RendezvousStrategy;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.ShardStrategy;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the guide's table of strategies says of growing and shrinking. */
class ShardingGuideStrategiesTest {
  private static final int KEYS = 100_000;

  private static List<ShardId> shards(int... numbers) {
    return IntStream.of(numbers).mapToObj(i -> new ShardId("s" + i)).toList();
  }

  /** Keys that the fifth of five shards takes or sets in motion. */
  private static long movedByAdding(ShardStrategy four, ShardStrategy five) {
    return LongStream.range(0, KEYS)
        .filter(key -> !four.route(key).equals(five.route(key)))
        .count();
  }

  /** Keys that leave a shard that stays. */
  private static long movedByRemoving(ShardStrategy all, ShardStrategy rest) {
    return LongStream.range(0, KEYS)
        .filter(key -> rest.shards().contains(all.route(key)))
        .filter(key -> !all.route(key).equals(rest.route(key)))
        .count();
  }

  private static void says(String strategy, Function<List<ShardId>, ShardStrategy> over)
      throws IOException {
    ShardStrategy four = over.apply(shards(0, 1, 2, 3));
    ShardStrategy five = over.apply(shards(0, 1, 2, 3, 4));
    ShardStrategy gap = over.apply(shards(0, 2, 3, 4));
    row(strategy, movedByAdding(four, five), movedByRemoving(five, gap));
  }

  private static void row(String strategy, long added, long removed) throws IOException {
    assertThat(Guide.of("sharding.md").text())
        .contains(
            String.format(
                Locale.ROOT,
                "`%s` | %s | %s |",
                strategy,
                percent(added),
                removed == 0 ? "none" : percent(removed)));
  }

  private static String percent(long keys) {
    return String.format(Locale.ROOT, "%.1f %%", keys * 100.0 / KEYS);
  }

  private static ShardRouter router(Topology topology) {
    return ShardRouter.of(TopologySource.of(topology));
  }

  @Test
  void slots_fifthShardAndAGap_moveWhatTheGuideSays() throws IOException {
    Topology four =
        Topology.builder("t").shard("s0", 1).shard("s1", 1).shard("s2", 1).shard("s3", 1).build();
    Topology five = four.evolve().add("s4", 1).build();
    Topology gap = five.evolve().remove("s1").build();

    row(
        "ShardRouter",
        movedByAdding(router(four), router(five)),
        movedByRemoving(router(five), router(gap)));
  }

  @Test
  void rendezvous_fifthShardAndAGap_moveWhatTheGuideSays() throws IOException {
    says("RendezvousStrategy", RendezvousStrategy::of);
  }

  @Test
  void ketama_fifthShardAndAGap_moveWhatTheGuideSays() throws IOException {
    says("KetamaStrategy", KetamaStrategy::of);
  }

  @Test
  void jump_fifthShardAndAGap_moveWhatTheGuideSays() throws IOException {
    says("JumpStrategy", JumpStrategy::of);
  }

  @Test
  void modulo_fifthShardAndAGap_moveWhatTheGuideSays() throws IOException {
    says("ModuloStrategy", ModuloStrategy::of);
  }
}
