// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.sun.management.ThreadMXBean;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.core.StableHash;
import dev.tenfold.core.Telemetry;
import dev.tenfold.sharding.HotKeys;
import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.Pin;
import dev.tenfold.sharding.Route;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topologies;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.TopologyWatch;
import dev.tenfold.sharding.contract.ShardStrategyContract;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.ShardedDataSource;
import dev.tenfold.sharding.jdbc.TopologyTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The guide's examples stand here or beside; what they claim is tried. */
class ShardingGuideTest {
  private Route kept;

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
  void guide_dependency_isOfTheVersionThatIsBuilt() throws IOException {
    String project = "<artifactId>tenfold-parent</artifactId>\n  <version>";
    String pom = Guide.repository("pom.xml");
    String version = pom.substring(pom.indexOf(project) + project.length()).split("<", 2)[0];

    assertThat(guide().text()).contains("<version>" + version + "</version>");
    assertThat(Guide.repository("README.md")).contains(version);
  }

  @Test
  void guide_typesOutsideTheMainPackage_areWhereItSays() throws IOException {
    says(ShardedDataSource.class, ReadWriteDataSource.class, TopologyTable.class);
    says(StableHash.class, ReadIntent.class, Telemetry.class, ManualTimeSource.class);
    assertThat(guide().text()).contains("`" + ShardStrategyContract.class.getPackageName() + "`");
    assertThat(guide().text()).contains("`" + HotKeys.class.getPackageName() + "`");
  }

  private static void says(Class<?>... types) throws IOException {
    String names =
        Arrays.stream(types)
            .map(type -> "`" + type.getSimpleName() + "`")
            .collect(Collectors.joining(", "))
            .replaceFirst(", ([^,]*)$", " and $1");
    assertThat(guide().text()).contains(names + " in `" + types[0].getPackageName() + "`");
  }

  @Test
  void topologies_twoDatabases_eachHasItsOwn() {
    var users = TopologySource.of(Topology.builder("users").shard("u0", 1000).build());
    var orders = TopologySource.of(Topology.builder("orders").shard("s0", 1000).build());
    var databases = Topologies.of("users", users, "orders", orders);
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
  void hotKeys_oneKeyOfMany_isReported() {
    ShardRouter router = ShardRouter.of(TopologySource.of(fourShards()));
    List<String> report = new ArrayList<>();

    var routes = HotKeys.observing(router).sampleEvery(64).top(20).build();
    for (long userId = 0; userId < 100_000; userId++) { // every second route is of one key
      assertThat(List.of(routes.route(userId), routes.route(7))).contains(router.route(7));
    }
    for (ShardId shard : routes.shards()) {
      for (HotKeys.HotKey hot : routes.top(shard)) {
        report.add(
            shard + ": " + hot.key() + " about " + hot.count() + " of " + routes.routes(shard));
      }
    }

    ShardId home = router.route(7);
    assertThat(routes.top(home).get(0).key()).isEqualTo(7L);
    assertThat(routes.top(home).get(0).count()).isBetween(90_000L, 110_000L);
    assertThat(report).anyMatch(line -> line.startsWith(home + ": 7 about "));
  }

  @Test
  void pin_hotKeyToAShardOfItsOwn_movesTwoSlotsAndTheKey() {
    var inForce = Topology.builder("orders").shard("s0", 1000).shard("s1", 1000).build();

    var next = inForce.evolve().add("vip", 1).pin("tenant-7", "vip").build();

    MigrationPlan plan = MigrationPlan.between(inForce, next);
    assertThat(plan.slotsMoved()).isEqualTo(2);
    assertThat(plan.pinMoves()).hasSize(1);
    assertThat(next.slots() / plan.slotsMoved()).isEqualTo(2048); // one in 2,000 of the others
    assertThat(LongStream.range(0, 100_000).filter(plan::moves).count()).isBetween(25L, 100L);
    Route route = ShardRouter.of(TopologySource.of(next)).explain("tenant-7");
    assertThat(route.pinned()).isTrue();
    assertThat(route.shard()).isEqualTo(new ShardId("vip"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> next.evolve().remove("vip").build())
        .withMessageContaining("tenant-7");
  }

  @Test
  void pin_beside1And1And2_takesAFifthUnlessAllAreReweightedFirst() {
    Topology small =
        Topology.builder("orders").shard("s0", 1).shard("s1", 1).shard("s2", 2).build();
    Topology large =
        small.evolve().reweight("s0", 1000).reweight("s1", 1000).reweight("s2", 2000).build();

    assertThat(small.evolve().add("vip", 1).build().quota(new ShardId("vip"))).isEqualTo(819);
    assertThat(MigrationPlan.between(small, large).isEmpty()).isTrue();
    assertThat(large.evolve().add("vip", 1).build().quota(new ShardId("vip"))).isEqualTo(1);
  }

  @Test
  void unpin_bytesOfAPin_takeItBackWhateverTheKeyWas() {
    Topology before = fourShards();
    for (Object key : List.of("tenant-7", UUID.randomUUID(), 42L, "é".repeat(64))) {
      Topology pinned = before.evolve().pin(key, "s3").build();
      Pin pin = pinned.pins().get(0);

      Topology after = pinned.evolve().unpin(pin.canonical()).build();

      assertThat(after.pins()).isEmpty();
      ShardRouter router = ShardRouter.of(TopologySource.of(after));
      assertThat(router.route(key)).isEqualTo(before.ownerOf(router.explain(key).slot()));
    }
    Pin text = before.evolve().pin("12345678", "s3").build().pins().get(0);
    Pin integer = before.evolve().pin(0x3837363534333231L, "s3").build().pins().get(0);
    assertThat(text).isEqualTo(integer); // the bytes do not say of which type the key was
  }

  @Test
  void preference_nearZone_ordersTheSameShards() {
    Topology.Builder zones = Topology.builder("orders");
    for (String zone : List.of("eu-a", "eu-b", "eu-c")) {
      zones.shard(zone + "-0", 1000, zone).shard(zone + "-1", 1000, zone);
    }
    ShardRouter router = ShardRouter.of(TopologySource.of(zones.build()));

    for (long key = 0; key < 1000; key++) {
      List<ShardId> near = router.preference(key, 3, "eu-a");
      assertThat(near).containsExactlyInAnyOrderElementsOf(router.preference(key, 3));
      assertThat(near.get(0).value()).startsWith("eu-a");
      assertThat(router.preference(key, 3, "us-a")).isEqualTo(router.preference(key, 3));
      assertThat(router.preference(key, 1, "eu-a")).containsExactly(router.route(key));
    }
  }

  @Test
  void rezone_aShard_movesNothingAndChangesThePreference() {
    Topology before = fourShards();
    Topology near = before.evolve().rezone("s3", "eu-a").build();
    ShardRouter router = ShardRouter.of(TopologySource.of(near));

    assertThat(MigrationPlan.between(before, near).isEmpty()).isTrue();
    assertThat(near.zone(new ShardId("s3"))).contains("eu-a");
    assertThat(router.preference(42, 4, "eu-a").get(0)).isEqualTo(new ShardId("s3"));
    assertThat(near.evolve().rezone("s3", "eu-b").build().zone(new ShardId("s3"))).contains("eu-b");
  }

  @Test
  void explain_anInteger_makesWhatTheGuideSays() throws IOException {
    ShardRouter router = ShardRouter.of(TopologySource.of(fourShards()));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) { // the first rounds link
      long before = threads.getCurrentThreadAllocatedBytes();
      for (long key = 1000; key < 2000; key++) {
        kept = router.explain(key);
      }
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(kept.slot()).isBetween(0, 4095);
    assertThat(allocated / 1000).isBetween(1L, 72L);
    assertThat(guide().text()).contains("as an object: at most 72 bytes for a `long`");
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
}
