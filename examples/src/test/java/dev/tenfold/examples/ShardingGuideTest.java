// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Telemetry;
import dev.tenfold.sharding.HotKeys;
import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.Route;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topologies;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyException;
import dev.tenfold.sharding.TopologyFile;
import dev.tenfold.sharding.TopologyHistory;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.TopologyWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's examples stand here or beside; what they claim is tried. */
class ShardingGuideTest {
  @TempDir Path folder;

  private static Guide guide() throws IOException {
    return Guide.of("sharding.md");
  }

  private static Topology fourShards() {
    Topology.Builder four = Topology.builder("orders");
    return four.shard("s0", 1000).shard("s1", 1000).shard("s2", 1000).shard("s3", 1000).build();
  }

  /** A hundred megabytes. */
  private static long bytesOfSlot(int slot) {
    return 100_000_000;
  }

  @Test
  void guide_everyJavaBlock_isCodeThatIsCompiledHere() throws IOException {
    assertThat(guide().blocks()).hasSizeGreaterThan(10);
    assertThat(guide().blocksThatNobodyCompiles()).isEmpty();
  }

  @Test
  void guide_everyOption_isNamed() throws IOException {
    assertThat(
            guide()
                .optionsNotNamed(
                    Topology.Builder.class,
                    Topology.Evolution.class,
                    TopologyWatch.Builder.class,
                    HotKeys.Builder.class))
        .isEmpty();
  }

  @Test
  void topologies_twoDatabases_eachHasItsOwn() {
    TopologySource users = TopologySource.of(Topology.builder("users").shard("u0", 1000).build());
    TopologySource orders = TopologySource.of(fourShards());

    var databases = Topologies.of("users", users, "orders", orders); // one shard is enough to begin
    ShardId shard = databases.router("orders").route(42);

    assertThat(shard).isIn(orders.current().shards());
    assertThat(databases.router("users").route(42)).isEqualTo(new ShardId("u0"));
  }

  @Test
  void keys_oneFormEach_areOneKey() {
    ShardRouter router = ShardRouter.of(TopologySource.of(fourShards()));
    UUID uuid = UUID.fromString("1ee6c1a4-0f5e-6d7a-8a3b-2f1b5f3c9d10");

    assertThat(router.explain(42)).isEqualTo(router.explain(42L));
    assertThat(router.explain("42")).isNotEqualTo(router.explain(42));
    assertThat(router.explain(uuid)).isNotEqualTo(router.explain(uuid.toString()));
    assertThat(router.explain("Ada")).isNotEqualTo(router.explain("ada"));
    for (Object unstable : new Object[] {1.5, true, Locale.Category.DISPLAY, new int[] {1}}) {
      assertThatIllegalArgumentException().isThrownBy(() -> router.route(unstable));
    }
    assertThatNullPointerException().isThrownBy(() -> router.route((String) null));
  }

  @Test
  void keys_fiveCountries_fillFiveShardsAtMost() {
    Topology.Builder sixteen = Topology.builder("t");
    for (int i = 0; i < 16; i++) {
      sixteen.shard("s" + i, 1);
    }
    ShardRouter router = ShardRouter.of(TopologySource.of(sixteen.build()));

    assertThat(Stream.of("DE", "FR", "GB", "JP", "US").map(router::route).distinct())
        .hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void plan_fifthShard_isWhatTheGuidePrints() throws IOException {
    var v1 =
        Topology.builder("orders")
            .shard("s0", 1000)
            .shard("s1", 1000)
            .shard("s2", 1000)
            .shard("s3", 1000)
            .build();
    var v2 = v1.evolve().add("s4", 1000).build();
    var plan = MigrationPlan.between(v1, v2);
    String dryRun = plan.text(move -> bytesOfSlot(move.slot()));

    assertThat(guide().text()).contains("```\n" + dryRun + "```");
  }

  @Test
  void plan_everyChange_movesWhatTheGuideSays() throws IOException {
    moves("add(\"s4\", 1000)", fourShards().evolve().add("s4", 1000));
    moves("add(\"s4\", 2000)", fourShards().evolve().add("s4", 2000));
    moves("remove(\"s3\")", fourShards().evolve().remove("s3"));
    moves("reweight(\"s3\", 2000)", fourShards().evolve().reweight("s3", 2000));
    moves("remove(\"s3\").add(\"s4\", 1000)", fourShards().evolve().remove("s3").add("s4", 1000));
  }

  private static void moves(String change, Topology.Evolution evolution) throws IOException {
    MigrationPlan plan = MigrationPlan.between(fourShards(), evolution.build());

    assertThat(guide().text())
        .contains(
            String.format(
                Locale.ROOT,
                "| `%s` | %,d slots, %.1f %% |",
                change,
                plan.slotsMoved(),
                plan.slotsMoved() / 40.96));
  }

  @Test
  void evolve_wayBack_isOneMoreVersion() {
    Topology v1 = fourShards();
    Topology v2 = v1.evolve().add("s4", 1000).build();

    Topology v3 = v2.evolve().remove("s4").build();

    assertThat(v3.version()).isEqualTo(3);
    assertThat(v3.shards()).extracting(v3::quota).containsOnly(1024);
    assertThat(MigrationPlan.between(v2, v3).slotsMoved()).isEqualTo(819);
    assertThat(MigrationPlan.between(v1, v3).slotsMoved()).isEqualTo(314);
  }

  @Test
  void hotKeys_oneKeyOfMany_isFound() {
    ShardRouter router = ShardRouter.of(TopologySource.of(fourShards()));
    HotKeys observed = traffic(router, 7);
    ShardId home = router.route(7);
    List<String> report = observe(router, 7);

    assertThat(observed.top(home).get(0).key()).isEqualTo(7L);
    assertThat(observed.top(home).get(0).count()).isBetween(90_000L, 110_000L);
    assertThat(report).hasSizeLessThanOrEqualTo(1);
  }

  /** Every second route is of one key. */
  private static HotKeys traffic(ShardRouter router, long busy) {
    HotKeys routes = HotKeys.observing(router).build();
    for (long user = 0; user < 100_000; user++) {
      var other = routes.route(user);
      var same = routes.route(busy);
    }
    return routes;
  }

  private static List<String> observe(ShardRouter router, long userId) {
    List<String> report = new ArrayList<>();
    var routes = HotKeys.observing(router).sampleEvery(64).top(20).build();
    ShardId shard = routes.route(userId); // instead of router.route
    for (HotKeys.HotKey hot : routes.top(shard)) {
      report.add(hot.key() + ": about " + hot.count() + " of " + routes.routes(shard));
    }
    return report;
  }

  @Test
  void pin_hotKeyToAShardOfItsOwn_movesOneSlotAndTheKey() {
    var holds = Topology.builder("orders").shard("s0", 1000).shard("s1", 1000).build();

    var next = holds.evolve().add("vip", 1).pin("tenant-7", "vip").build();

    MigrationPlan plan = MigrationPlan.between(holds, next);
    assertThat(plan.slotsMoved()).isEqualTo(2);
    assertThat(plan.pinMoves()).hasSize(1);
    Route route = ShardRouter.of(TopologySource.of(next)).explain("tenant-7");
    assertThat(route.pinned()).isTrue();
    assertThat(route.shard()).isEqualTo(new ShardId("vip"));
    assertThatIllegalStateException()
        .isThrownBy(() -> next.evolve().remove("vip").build())
        .withMessageContaining("tenant-7");
  }

  @Test
  void reweight_allShardsByOneFactor_movesNothing() {
    Topology small =
        Topology.builder("orders").shard("s0", 1).shard("s1", 1).shard("s2", 2).build();
    Topology grown = small.evolve().add("s3", 1).build();
    Topology.Evolution factor = grown.evolve().reweight("s0", 1000).reweight("s1", 1000);
    Topology thousands = factor.reweight("s2", 2000).reweight("s3", 1000).build();

    assertThat(MigrationPlan.between(grown, thousands).isEmpty()).isTrue();
  }

  @Test
  void orderId_textAndBack_carriesTheUser() {
    ShardRouter router = ShardRouter.of(TopologySource.of(fourShards()));
    var id = new OrderId(42, 7);

    assertThat(OrderId.parse(id.toString())).isEqualTo(id);
    assertThat(OrderId.parse("-42-7")).isEqualTo(new OrderId(-42, 7));
    assertThat(router.route(OrderId.parse("42-7").user())).isEqualTo(router.route(42));
  }

  @Test
  void scatter_slowShards_areMetAsOftenAsTheGuideSays() throws IOException {
    for (int shards : new int[] {10, 100}) {
      double slow = 1 - Math.pow(0.99, shards);
      assertThat(guide().text())
          .contains(String.format(Locale.ROOT, "%.0f %% of the time", slow * 100));
    }
  }

  @Test
  void text_ofATopology_isWhatTheGuideShows() throws IOException {
    Topology small =
        Topology.builder("orders")
            .slots(32)
            .shard("s0", 1000, "eu-a")
            .shard("s1", 1000, "eu-b")
            .pin("tenant-7", "s1")
            .build();

    assertThat(guide().text()).contains("```\n" + small.text() + "```");
    assertThat(Topology.parse(small.text()).text()).isEqualTo(small.text());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topology.parse(small.text().replace("weight 1000", "weight 2000")));
  }

  @Test
  void watch_file_followsWhatIsPublished() throws IOException {
    Path path = folder.resolve("orders.topology");
    Telemetry telemetry = Telemetry.none();
    Topology topology = fourShards();

    var file = TopologyFile.at(path);
    file.write(topology); // whoever deploys
    try (var watch = TopologyWatch.builder(file).every(ofSeconds(5)).telemetry(telemetry).build()) {
      var router = ShardRouter.of(watch); // whoever routes
      file.write(watch.current().evolve().add("s4", 1000).build()); // whoever deploys, later
      watch.refresh(); // or wait for the next poll
      assertThat(router.topology().version()).isEqualTo(2);
    }
    assertThat(Topology.parse(Files.readString(path)).shards()).hasSize(5);
  }

  @Test
  void history_versionsOfOneRollout_disagreeOnThePlanOnly() {
    Topology v1 = fourShards();
    Topology v2 = v1.evolve().add("s4", 1000).build();
    ShardRouter old = ShardRouter.of(TopologySource.of(v1));
    ShardRouter late = ShardRouter.of(TopologySource.of(v2));
    TopologyHistory history = TopologyHistory.of(List.of(v1, v2));

    LongStream.range(0, 10_000)
        .forEach(key -> history.check(key, old.explain(key), late.explain(key)));
    Topology stranger =
        Topology.builder("orders").shard("x0", 1000).build().evolve().add("s0", 1000).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopologyHistory.of(List.of(v1, stranger)));
  }

  @Test
  void badDay_sourceFailsAndTwoOperatorsPublish_lastGoodVersionStays() throws IOException {
    Topology v1 = fourShards();
    String[] text = {v1.text()};

    var time = new ManualTimeSource();
    var watch =
        TopologyWatch.builder(() -> text[0])
            .every(ofSeconds(5))
            .timeSource(time)
            .executor(Runnable::run)
            .build();
    text[0] = "half of a fi";
    time.advance(ofSeconds(60));
    assertThat(watch.current().version()).isEqualTo(1); // the last good one
    assertThat(watch.age()).isEqualTo(ofSeconds(60)); // alert on this
    text[0] = v1.evolve().add("s4", 1000).build().text();
    time.advance(ofSeconds(5));
    assertThat(watch.current().version()).isEqualTo(2);
    text[0] = v1.evolve().add("s5", 1000).build().text(); // another operator's version 2
    time.advance(ofSeconds(5));
    assertThat(watch.current().shards()).doesNotContain(new ShardId("s5"));
    assertThat(watch.lastFailure()).isPresent();

    assertThat(watch.refusals()).isEqualTo(13);
    watch.close();
    assertThat(watch.current().version()).isEqualTo(2);
    TopologyFile file = TopologyFile.at(folder.resolve("t"));
    file.write(v1.evolve().add("s4", 1000).build());
    assertThat(file.write(watch.current())).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> Topology.parse("half of a fi"));
    assertThatExceptionOfType(TopologyException.class).isThrownBy(() -> file.write(v1));
  }
}
