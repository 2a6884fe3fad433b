// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.StableHash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyEvolutionTest {
  private static final Topology V1 =
      Topology.builder("orders").slots(256).shard("s0", 1).shard("s1", 1).shard("s2", 2).build();

  static LongStream seeds() {
    return LongStream.range(0, 100);
  }

  /** One change of a random evolution, so that it can be made in any order. */
  private record Step(String id, Consumer<Topology.Evolution> change) {}

  private static List<Step> steps(Topology topology, Random random, int newest) {
    List<Step> steps = new ArrayList<>();
    int added = random.nextInt(3);
    for (int i = 0; i < added; i++) {
      String id = "s" + (newest + i);
      int weight = weight(random);
      steps.add(new Step(id, next -> next.add(id, weight)));
    }
    List<ShardId> shards = new ArrayList<>(topology.shards());
    Collections.shuffle(shards, random);
    int touched = random.nextInt(1 + Math.min(4, shards.size() - 1));
    for (ShardId shard : shards.subList(0, touched)) {
      int weight = weight(random);
      boolean removed = random.nextBoolean();
      String id = shard.value();
      steps.add(
          new Step(
              id,
              next -> {
                if (removed) {
                  next.remove(id);
                } else {
                  next.reweight(id, weight);
                }
              }));
    }
    return steps;
  }

  private static int weight(Random random) {
    return random.nextInt(4) == 0 ? 1 + random.nextInt(1000) : 100 + random.nextInt(3);
  }

  private static Topology evolved(Topology topology, List<Step> steps) {
    Topology.Evolution next = topology.evolve();
    steps.forEach(step -> step.change().accept(next));
    return next.build();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void evolve_anyHistory_keepsEveryPromise(long seed) {
    Random random = new Random(seed);
    Topology topology =
        V1.evolve().reweight("s0", 100).reweight("s1", 101).reweight("s2", 102).build();
    int newest = 3;
    for (int i = 0; i < 12; i++) {
      List<Step> steps = steps(topology, random, newest);
      newest += 3;
      Topology next;
      try {
        next = evolved(topology, steps);
      } catch (IllegalArgumentException tooFewSlotsOrNoChange) {
        assertThat(tooFewSlotsOrNoChange).message().containsAnyOf("slots(256)", "nothing would");
        continue;
      }
      Set<String> touched = new HashSet<>();
      steps.forEach(step -> touched.add(step.id()));
      assertMovesOnlyWhatQuotasDemand(topology, next, touched);
      assertQuotasForgetHistory(next);
      assertEachGainerTookItsBest(topology, next);

      Collections.shuffle(steps, random);
      assertThat(evolved(topology, steps).text()).as("in another order").isEqualTo(next.text());
      assertThat(next.version()).isEqualTo(topology.version() + 1);
      assertThat(next.succeeds(topology)).isTrue();
      assertThat(topology.succeeds(next)).isFalse();
      topology = next;
    }
  }

  private static Map<ShardId, Integer> owned(Topology topology) {
    Map<ShardId, Integer> owned = new TreeMap<>();
    for (int slot = 0; slot < topology.slots(); slot++) {
      owned.merge(topology.ownerOf(slot), 1, Integer::sum);
    }
    return owned;
  }

  private static void assertMovesOnlyWhatQuotasDemand(
      Topology before, Topology after, Set<String> touched) {
    Map<ShardId, Integer> had = owned(before);
    Map<ShardId, Integer> has = owned(after);
    int demanded =
        had.entrySet().stream()
            .mapToInt(old -> Math.max(0, old.getValue() - has.getOrDefault(old.getKey(), 0)))
            .sum();
    int moved = 0;
    for (int slot = 0; slot < before.slots(); slot++) {
      ShardId from = before.ownerOf(slot);
      ShardId to = after.ownerOf(slot);
      if (!from.equals(to)) {
        moved++;
        assertThat(touched.contains(from.value()) || touched.contains(to.value()))
            .as("slot %s passed from %s to %s, both unchanged", slot, from, to)
            .isTrue();
      }
    }
    assertThat(moved).as("moves").isEqualTo(demanded);
    after.shards().forEach(shard -> assertThat(has.get(shard)).isEqualTo(after.quota(shard)));
  }

  private static void assertQuotasForgetHistory(Topology topology) {
    Topology.Builder fresh = Topology.builder("fresh").slots(topology.slots());
    topology.shards().forEach(shard -> fresh.shard(shard.value(), topology.weight(shard)));
    Topology dealAll = fresh.build();
    for (ShardId shard : topology.shards()) {
      assertThat(topology.quota(shard)).isEqualTo(dealAll.quota(shard));
      double share =
          (double) topology.slots()
              * topology.weight(shard)
              / topology.shards().stream().mapToInt(topology::weight).sum();
      assertThat(Math.abs(topology.quota(shard) - share))
          .isLessThanOrEqualTo(
              0.5 + share * topology.shards().size() / (2.0 * topology.slots()) + 1e-9);
    }
  }

  /** The definition of an evolution, written to be read. */
  private static void assertEachGainerTookItsBest(Topology before, Topology after) {
    Map<Integer, ShardId> owner = new HashMap<>();
    IntStream.range(0, before.slots()).forEach(slot -> owner.put(slot, before.ownerOf(slot)));
    Map<ShardId, Integer> above = new TreeMap<>();
    owned(before).forEach((shard, count) -> above.merge(shard, count, Integer::sum));
    after.shards().forEach(shard -> above.merge(shard, -after.quota(shard), Integer::sum));
    for (ShardId gainer : after.shards()) {
      while (above.get(gainer) < 0) {
        int best =
            owner.keySet().stream()
                .filter(slot -> above.get(owner.get(slot)) > 0)
                .sorted()
                .reduce(
                    (a, b) -> Long.compareUnsigned(score(gainer, b), score(gainer, a)) > 0 ? b : a)
                .orElseThrow();
        above.merge(owner.put(best, gainer), -1, Integer::sum);
        above.merge(gainer, 1, Integer::sum);
      }
    }
    owner.forEach((slot, shard) -> assertThat(after.ownerOf(slot)).isEqualTo(shard));
  }

  private static long score(ShardId shard, long slot) {
    return StableHash.hash(StableHash.hash(shard.value()) ^ slot);
  }

  @Test
  void evolve_add_movesExactlyTheNewcomersQuotaToIt() {
    Topology v2 = V1.evolve().add("s3", 2).build();

    int moved = 0;
    for (int slot = 0; slot < 256; slot++) {
      if (!v2.ownerOf(slot).equals(V1.ownerOf(slot))) {
        assertThat(v2.ownerOf(slot)).isEqualTo(new ShardId("s3"));
        moved++;
      }
    }
    assertThat(moved).isEqualTo(v2.quota(new ShardId("s3"))).isEqualTo(85);
  }

  /** Three shards of weight 2 and seven of 43: adding one of 2 moves slots between the others. */
  @Test
  void evolve_whereLargestRemainderFails_takesFromTheOthersOnly() {
    Topology.Builder builder = Topology.builder("t");
    for (int i = 0; i < 10; i++) {
      builder.shard("s" + i, i < 3 ? 2 : 43);
    }
    Topology before = builder.build();
    Topology after = before.evolve().add("t", 2).build();

    assertMovesOnlyWhatQuotasDemand(before, after, Set.of("t"));
  }

  @Test
  void m41_removeInTheMiddle_movesTheRemovedShardsSlotsOnly() {
    Topology.Builder builder = Topology.builder("t");
    for (int i = 0; i < 10; i++) {
      builder.shard("s" + i, 1);
    }
    Topology before = builder.build();
    Topology after = before.evolve().remove("s4").build();

    assertMovesOnlyWhatQuotasDemand(before, after, Set.of("s4"));
    for (int slot = 0; slot < before.slots(); slot++) {
      if (!before.ownerOf(slot).value().equals("s4")) {
        assertThat(after.ownerOf(slot)).isEqualTo(before.ownerOf(slot));
      }
    }
  }

  @Test
  void m43_removalsInAnyOrderWithinOneVersion_endInOneTopology() {
    Topology one = V1.evolve().remove("s0").remove("s1").build();
    Topology other = V1.evolve().remove("s1").remove("s0").build();

    assertThat(one.checksum()).isEqualTo(other.checksum());
  }

  @Test
  void evolve_sameWeightsByAnotherWay_sameQuotasOtherSlots() {
    Topology detour = V1.evolve().add("s3", 5).build().evolve().remove("s3").build();

    V1.shards().forEach(shard -> assertThat(detour.quota(shard)).isEqualTo(V1.quota(shard)));
    assertThat(detour.version()).isEqualTo(3);
  }

  @Test
  void evolve_changesThatContradictEachOther_areRefused() {
    refused(() -> V1.evolve().add("s0", 1), "s0", "already");
    refused(() -> V1.evolve().remove("s0").add("s0", 1), "s0", "already");
    refused(() -> V1.evolve().add("s3", 1).add("s3", 1), "s3", "before");
    refused(() -> V1.evolve().remove("s9"), "s9", "[s0, s1, s2]");
    refused(() -> V1.evolve().remove("s0").remove("s0"), "s0", "before");
    refused(() -> V1.evolve().reweight("s9", 1), "s9", "[s0, s1, s2]");
    refused(() -> V1.evolve().reweight("s0", 2).reweight("s0", 3), "s0", "before");
    refused(() -> V1.evolve().reweight("s0", 2).remove("s0"), "s0", "reweighted");
    refused(() -> V1.evolve().remove("s0").reweight("s0", 2), "s0", "removed");
    refused(() -> V1.evolve().reweight("s0", 0), "weight of shard s0 is 0", "1000000");
    refused(() -> V1.evolve().reweight("s0", -1), "weight of shard s0 is -1", "1000000");
    refused(() -> V1.evolve().add("s3", 1_000_001), "1000001", "1000000");
    refused(() -> V1.evolve().add("s 3", 1), "s 3", "white space");
    refused(() -> V1.evolve().add("s3", 1, ""), "zone of shard s3", "empty");
    refused(() -> V1.evolve().rezone("s9", "eu-a"), "s9", "[s0, s1, s2]");
    refused(() -> V1.evolve().rezone("s0", "a").rezone("s0", "b"), "s0", "before");
    refused(() -> V1.evolve().rezone("s0", "a").remove("s0"), "s0", "rezoned");
    refused(() -> V1.evolve().remove("s0").rezone("s0", "a"), "s0", "removed");
    refused(() -> V1.evolve().rezone("s0", "eu a"), "zone of shard s0", "white space");
    refused(() -> V1.evolve().unpin(7), "7", "not pinned");
    refused(() -> V1.evolve().pin(7, "s0").pin(7L, "s1"), "7", "before");
    refused(() -> V1.evolve().pin(1.5, "s0"), "java.lang.Double", "tenfold-h1");
    refused(() -> V1.evolve().pin("x".repeat(129), "s0"), "129 bytes", "128");
  }

  private static void refused(Runnable change, String value, String limit) {
    assertThatIllegalArgumentException()
        .isThrownBy(change::run)
        .withMessageContaining(value)
        .withMessageContaining(limit);
  }

  @Test
  void build_whatCannotBe_isRefused() {
    impossible(V1.evolve(), "nothing would change", "version 1");
    impossible(V1.evolve().reweight("s0", 1), "nothing would change", "version 1");
    impossible(V1.evolve().remove("s0").remove("s1").remove("s2"), "no shard", "orders");
    impossible(V1.evolve().reweight("s2", 1_000_000), "s0", "slots(256)");
    impossible(V1.evolve().pin(7, "s9"), "7", "s9");
    Topology.Evolution many = V1.evolve();
    for (int i = 3; i < 17; i++) {
      many.add("s" + i, 1);
    }
    impossible(many, "slots(256)", "number of shards of topology orders is 17");
    impossible(many, "number of shards", "at most 16");
  }

  @Test
  void rezone_anyShard_movesNothing() {
    Topology next = V1.evolve().rezone("s0", "eu-a").rezone("s1", "eu-b").build();
    Topology again = next.evolve().reweight("s0", 7).rezone("s0", "eu-b").build();
    Topology alone = next.evolve().reweight("s0", 7).build();

    assertThat(MigrationPlan.between(V1, next).isEmpty()).isTrue();
    assertThat(next.text()).contains("shard s0 weight 1 zone eu-a\n", "zone eu-b\n");
    assertThat(Topology.parse(next.text()).text()).isEqualTo(next.text());
    assertThat(again.text()).contains("shard s0 weight 7 zone eu-b\n");
    assertThat(again.table()).isEqualTo(alone.table());
    impossible(next.evolve().rezone("s0", "eu-a"), "nothing would change", "version 2");
  }

  private static void impossible(Topology.Evolution next, String what, String where) {
    assertThatIllegalArgumentException()
        .isThrownBy(next::build)
        .withMessageContaining(what)
        .withMessageContaining(where);
  }

  @Test
  void pin_keyOfAnyType_livesInItsShardAndNoOtherKeyMoves() {
    Topology v2 = V1.evolve().pin("tenant-7", "s0").pin(42, "s1").build();
    ShardRouter before = ShardRouter.of(TopologySource.of(V1));
    ShardRouter after = ShardRouter.of(TopologySource.of(v2));

    assertThat(after.route("tenant-7")).hasToString("s0");
    assertThat(after.route(new StringBuilder("tenant-7"))).hasToString("s0");
    assertThat(after.route((Object) "tenant-7")).hasToString("s0");
    assertThat(after.route(42)).hasToString("s1");
    assertThat(after.route((Object) (short) 42)).hasToString("s1");
    for (long key = 0; key < 100_000; key++) {
      if (key != 42) {
        assertThat(after.route(key)).isEqualTo(before.route(key));
      }
    }
    assertThat(v2.pins()).extracting(Pin::key).containsExactly("42", "\"tenant-7\"");
    assertThat(v2.pins()).extracting(Pin::shard).map(ShardId::value).containsExactly("s1", "s0");
    for (int slot = 0; slot < 256; slot++) {
      assertThat(v2.ownerOf(slot)).isEqualTo(V1.ownerOf(slot));
    }
  }

  @Test
  void unpin_key_livesWhereItsSlotLivesAgain() {
    Topology pinned = V1.evolve().pin("tenant-7", "s0").build();
    Topology unpinned = pinned.evolve().unpin("tenant-7").build();

    assertThat(unpinned.pins()).isEmpty();
    assertThat(ShardRouter.of(TopologySource.of(unpinned)).route("tenant-7"))
        .isEqualTo(ShardRouter.of(TopologySource.of(V1)).route("tenant-7"));
  }

  @Test
  void remove_shardThatKeysArePinnedTo_isRefusedNamingThem() {
    Topology.Evolution pinning = V1.evolve();
    for (int i = 0; i < 12; i++) {
      pinning.pin("tenant-" + i, "s0");
    }
    Topology pinned = pinning.build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> pinned.evolve().remove("s0").build())
        .withMessageContaining("\"tenant-0\" -> s0")
        .withMessageContaining("\"tenant-10\" -> s0")
        .withMessageContaining("and 2 more");
    Topology.Evolution moving = pinned.evolve().remove("s0");
    for (int i = 0; i < 12; i++) {
      if (i % 2 == 0) {
        moving.pin("tenant-" + i, "s1");
      } else {
        moving.unpin("tenant-" + i);
      }
    }
    assertThat(moving.build().pins()).hasSize(6);
  }

  @Test
  void pin_moreThanTheMost_isRefused() {
    Topology.Evolution many = V1.evolve();
    for (int i = 0; i < 4096; i++) {
      many.pin(i, "s0");
    }
    Topology full = many.build();
    assertThat(full.pins()).hasSize(4096);
    ShardRouter router = ShardRouter.of(TopologySource.of(full));
    assertThat(LongStream.range(0, 4096).mapToObj(router::route).map(ShardId::value))
        .containsOnly("s0");

    impossible(full.evolve().pin(-1, "s0"), "is 4097", "at most 4096");
  }

  @Test
  void pin_twoKeysOfOneHash_isRefusedNamingBoth() {
    UUID other = SameHash.of(StableHash.hash("tenant-7"));

    impossible(
        V1.evolve().pin("tenant-7", "s0").pin(other, "s1"), "\"tenant-7\"", "have the same hash");
    Topology pinned = V1.evolve().pin("tenant-7", "s0").build();
    impossible(
        pinned.evolve().pin(other, "s1"),
        other.toString(),
        "of topology orders have the same hash");
    assertThat(pinned.evolve().unpin("tenant-7").pin(other, "s1").build().pins()).hasSize(1);
  }

  @Test
  void unpin_keyThatIsChangedAlready_isRefused() {
    Topology pinned = V1.evolve().pin("tenant-7", "s0").build();

    refused(() -> pinned.evolve().pin("tenant-7", "s1").unpin("tenant-7"), "tenant-7", "before");
    refused(() -> pinned.evolve().unpin("tenant-7").unpin("tenant-7"), "tenant-7", "before");
    refused(() -> pinned.evolve().unpin("tenant-7").pin("tenant-7", "s1"), "tenant-7", "before");
  }

  @Test
  void reweight_allByOneFactor_movesNothingAndIsAChange() {
    Topology doubled = V1.evolve().reweight("s0", 2).reweight("s1", 2).reweight("s2", 4).build();

    assertMovesOnlyWhatQuotasDemand(V1, doubled, Set.of());
    assertThat(doubled.weight(new ShardId("s2"))).isEqualTo(4);
    assertThat(doubled.version()).isEqualTo(2);
  }

  @Test
  void build_afterTheLastVersion_isRefused() {
    Topology last = TopologyTextTest.edited(V1, "version 1", "version " + Long.MAX_VALUE);

    assertThatIllegalStateException()
        .isThrownBy(last.evolve().add("s3", 1)::build)
        .withMessageContaining("highest version, " + Long.MAX_VALUE);
  }

  @Test
  void remove_unknownAmongMany_namesSome() {
    Topology.Builder builder = Topology.builder("wide").slots(65_536);
    for (int i = 0; i < 4096; i++) {
      builder.shard("shard-" + i, 1);
    }
    Topology wide = builder.build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> wide.evolve().remove("s9"))
        .withMessageContaining("shard-0, ")
        .withMessageContaining("and 4086 more")
        .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(1_000));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> wide.quota(new ShardId("s9")))
        .withMessageContaining("and 4086 more");
    assertThat(wide.toString()).hasSizeLessThan(1_000).contains("wide v1", "and 4086 more");
  }

  @Test
  void evolve_underAnotherLocale_isTheSame() {
    Topology one = V1.evolve().add("İi", 3, "zöne").pin("ı", "İi").build();
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      Topology other = V1.evolve().add("İi", 3, "zöne").pin("ı", "İi").build();
      assertThat(other.text()).isEqualTo(one.text());
      assertThat(Topology.parse(one.text()).text()).isEqualTo(one.text());
    } finally {
      Locale.setDefault(before);
    }
  }
}
