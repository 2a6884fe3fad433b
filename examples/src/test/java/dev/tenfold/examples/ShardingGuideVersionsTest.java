// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyException;
import dev.tenfold.sharding.TopologyFile;
import dev.tenfold.sharding.TopologyHistory;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.TopologyWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the guide says of versions: who makes them, who follows, and what goes wrong. */
class ShardingGuideVersionsTest {
  @TempDir Path folder;

  private static Topology.Builder fourShards() {
    Topology.Builder four = Topology.builder("orders");
    return four.shard("s0", 1000).shard("s1", 1000).shard("s2", 1000).shard("s3", 1000);
  }

  private static IntStream moved(Topology before, Topology after) {
    return IntStream.range(0, before.slots())
        .filter(slot -> !before.ownerOf(slot).equals(after.ownerOf(slot)));
  }

  private static void publish(Path path) throws IOException {
    var file = TopologyFile.at(path);
    var inForce = Topology.parse(file.load());
    var next = inForce.evolve().add("s4", 1000).build();
    System.out.print(MigrationPlan.between(inForce, next).text());
    file.write(next);
  }

  @Test
  void builder_oneMoreShard_isNoSuccessorAndMovesMore() throws IOException {
    Topology before = fourShards().build();
    Topology evolved = before.evolve().add("s4", 1000).build();

    Topology built = fourShards().shard("s4", 1000).build();

    assertThat(built.version()).isEqualTo(before.version()).isEqualTo(1);
    assertThat(moved(before, evolved).count()).isEqualTo(819);
    assertThat(moved(before, built).count()).isEqualTo(850);
    assertThat(
            moved(before, built)
                .filter(slot -> before.shards().contains(built.ownerOf(slot)))
                .count())
        .isEqualTo(31);
    assertThat(Guide.of("sharding.md").text()).contains("850 slots, not 819; 31 of them move");
    assertThatIllegalArgumentException().isThrownBy(() -> MigrationPlan.between(before, built));
  }

  @Test
  void publisher_evolvesTheFile_watchFollows() throws IOException {
    Path path = folder.resolve("orders.topology");
    Telemetry telemetry = Telemetry.none();
    assertThat(TopologyFile.at(path).write(fourShards().build())).isTrue(); // the first time

    var watch = TopologyWatch.builder(TopologyFile.at(path)).telemetry(telemetry).build();
    var router = ShardRouter.of(watch);
    publish(path);
    watch.refresh();

    assertThat(router.topology().version()).isEqualTo(2);
    assertThat(router.shards()).hasSize(5);
    assertThatExceptionOfType(TopologyException.class) // as a deployment that does it each time
        .isThrownBy(() -> TopologyFile.at(path).write(fourShards().build()))
        .withMessageContaining("its version goes back");
    watch.close();
    assertThat(router.topology().version()).isEqualTo(2);
  }

  @Test
  void file_damaged_isMendedWithTheTextThatHolds() throws IOException {
    Path path = folder.resolve("orders.topology");
    TopologyFile file = TopologyFile.at(path);
    file.write(fourShards().build());
    publish(path);
    try (TopologyWatch watch = TopologyWatch.builder(file).build()) {
      Files.writeString(path, "half of a fi");
      Topology next = watch.current().evolve().add("s5", 1000).build();
      assertThatExceptionOfType(TopologyException.class).isThrownBy(() -> file.write(next));
      assertThatExceptionOfType(TopologyException.class).isThrownBy(watch::refresh);

      Path beside = Files.writeString(folder.resolve("beside"), watch.current().text());
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

      assertThat(watch.refresh().version()).isEqualTo(2);
      assertThat(file.write(next)).isTrue();
      assertThat(watch.refresh().version()).isEqualTo(3);
    }
  }

  @Test
  void file_deleted_letsAnyVersionIn() throws IOException {
    Path path = folder.resolve("orders.topology");
    TopologyFile file = TopologyFile.at(path);
    file.write(fourShards().build());
    publish(path);

    Files.delete(path);

    assertThat(file.write(fourShards().build())).isTrue();
  }

  @Test
  void watch_closed_answersItsLastVersionWithoutMeters() {
    var telemetry = new RecordingTelemetry();
    TopologyWatch watch =
        TopologyWatch.builder(() -> fourShards().build().text()).telemetry(telemetry).build();
    ShardRouter router = ShardRouter.of(watch);
    ShardId shard = router.route(42);
    assertThat(telemetry.open()).contains("tenfold.sharding.topology.age.seconds topology=orders");

    watch.close();

    assertThat(router.route(42)).isEqualTo(shard);
    assertThat(telemetry.open()).isEmpty();
  }

  @Test
  void watch_fileOfAnotherTopology_routesAndTellsByItsNameAlone() throws IOException {
    Path orders = folder.resolve("orders.topology");
    TopologyFile.at(orders).write(Topology.builder("users").shard("u0", 1000).build());

    try (TopologyWatch watch = TopologyWatch.builder(TopologyFile.at(orders)).build()) {
      assertThat(ShardRouter.of(watch).route(42)).isEqualTo(new ShardId("u0"));
      assertThat(watch.current().name()).isEqualTo("users");
    }
  }

  @Test
  void history_versionsOfOneRollout_disagreeOnThePlanOnly() {
    Topology v1 = fourShards().build();
    Topology v2 = v1.evolve().add("s4", 1000).build();
    ShardRouter old = ShardRouter.of(TopologySource.of(v1));
    ShardRouter late = ShardRouter.of(TopologySource.of(v2));
    TopologyHistory history = TopologyHistory.of(List.of(v1, v2));

    LongStream.range(0, 10_000)
        .forEach(key -> history.check(key, old.explain(key), late.explain(key)));
    assertThat(history.latest()).isSameAs(v2);
  }

  @Test
  void history_versionThatWasNotEvolved_isFoundAmongNeighboursOnly() {
    Topology v1 = fourShards().build();
    Topology second =
        Topology.builder("orders").shard("x0", 1000).build().evolve().add("s0", 1000).build();
    Topology third = second.evolve().add("s1", 1000).build();

    assertThatIllegalArgumentException().isThrownBy(() -> TopologyHistory.of(List.of(v1, second)));
    assertThat(TopologyHistory.of(List.of(v1, third)).latest()).isSameAs(third);
  }

  @Test
  void badDay_sourceFailsAndTwoOperatorsPublish_lastGoodVersionStays() throws IOException {
    var v1 = Topology.builder("orders").shard("s0", 1000).shard("s1", 1000).build();
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
    TopologyFile file = TopologyFile.at(folder.resolve("t"));
    file.write(v1.evolve().add("s4", 1000).build());
    assertThat(file.write(watch.current())).isFalse();
  }
}
