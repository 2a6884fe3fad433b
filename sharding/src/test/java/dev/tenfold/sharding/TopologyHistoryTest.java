// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.StableHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyHistoryTest {
  private static final Topology V1 =
      Topology.builder("orders").slots(256).shard("s0", 1).shard("s1", 1).build();
  private static final Topology V2 = V1.evolve().add("s2", 2).pin("tenant-7", "s1").build();
  private static final Topology V3 = V2.evolve().remove("s0").pin("tenant-7", "s2").build();
  private static final TopologyHistory HISTORY = TopologyHistory.of(List.of(V1, V2, V3));

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  private static Route route(Topology topology, Object key) {
    return ShardRouter.of(TopologySource.of(topology)).explain(key);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void check_routesByAnyTwoVersions_fit(long seed) {
    List<Topology> chain = RandomHistory.of(seed, 8);
    TopologyHistory history = TopologyHistory.of(chain);
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      Object key = Keys.of(i);
      Topology one = chain.get(random.nextInt(chain.size()));
      Topology other = chain.get(random.nextInt(chain.size()));
      history.check(key, route(one, key), route(other, key));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void of_gapsInAChain_areNoReasonToRefuse(long seed) {
    List<Topology> chain = new ArrayList<>(RandomHistory.of(seed, 12));
    chain.removeIf(topology -> topology.version() % 3 == 2);

    assertThat(TopologyHistory.of(chain).latest().version()).isEqualTo(12);
  }

  @Test
  void versions_areThoseGiven() {
    assertThat(HISTORY.version(2)).isSameAs(V2);
    assertThat(HISTORY.latest()).isSameAs(V3);
    assertThat(HISTORY.plan(1, 3).text()).isEqualTo(MigrationPlan.between(V1, V3).text());
    assertThat(HISTORY).hasToString("TopologyHistory[orders v1 to v3, 3 versions]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HISTORY.version(4))
        .withMessageContainingAll("version 4", "orders v1 to v3");
    assertThatIllegalArgumentException().isThrownBy(() -> HISTORY.plan(3, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> HISTORY.plan(0, 1));
  }

  @Test
  void of_whatIsNoChain_isRefusedNamingThePair() {
    Topology users = Topology.builder("users").slots(256).shard("s0", 1).build();
    Topology wider = Topology.builder("orders").slots(512).shard("s0", 1).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopologyHistory.of(List.of()))
        .withMessageContaining("number of versions is 0; it must be from 1 to 1000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopologyHistory.of(Collections.nCopies(1001, V1)))
        .withMessageContaining("number of versions is 1001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopologyHistory.of(List.of(V1, users)))
        .withMessageContainingAll("orders", "users");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopologyHistory.of(List.of(V1, wider)))
        .withMessageContainingAll("256", "512");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopologyHistory.of(List.of(V1, V3, V2)))
        .withMessageContainingAll("orders v2", "orders v3", "goes back");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopologyHistory.of(List.of(V1, V2, V2)))
        .withMessageContainingAll("orders v2", "its version is not higher");
  }

  /** The version was built anew instead of evolved: equal quotas, other slots. */
  @Test
  void of_aStepThatMovesMoreThanQuotasDemand_isRefusedWithTheFigures() {
    Topology evolved = V1.evolve().add("s2", 2).build().evolve().remove("s2").build();
    Topology swapped =
        Topology.builder("orders").slots(256).shard("s1", 1).shard("s0", 1).shard("s2", 2).build();
    Topology stranger = swapped.evolve().remove("s2").build(); // version 2

    assertThat(TopologyHistory.of(List.of(V1, evolved)).latest().version()).isEqualTo(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopologyHistory.of(List.of(V1, stranger)))
        .withMessageMatching(
            "topology orders v2 .* cannot follow topology orders v1 .*: [1-9]\\d* slots would move,"
                + " the quotas demand 0: it was not evolved from this version");
  }

  @Test
  void m37_check_routeOfARouterWithAnotherHash_isFoundOut() {
    Object key = "tenant-8";
    Route right = route(V2, key);
    long hash = StableHash.hash(key.hashCode());
    int slot = V2.slotOf(hash);
    Route wrong = new Route("orders", 2, hash, slot, V2.ownerOf(slot), false);

    assertThatIllegalStateException()
        .isThrownBy(() -> HISTORY.check(key, right, wrong))
        .withMessageContainingAll(
            "key \"tenant-8\" was routed",
            right.toString(),
            wrong.toString(),
            "version 2 of orders");
    assertThatIllegalStateException().isThrownBy(() -> HISTORY.check(key, wrong, right));
  }

  @Test
  void check_routeThatIsWrongInOnePart_isFoundOut() {
    Object key = "tenant-7";
    Route right = route(V2, key);
    ShardId s0 = new ShardId("s0");
    List<Route> wrong =
        List.of(
            new Route("users", 2, right.hash(), right.slot(), right.shard(), true),
            new Route("orders", 3, right.hash(), right.slot(), right.shard(), true),
            new Route("orders", 2, right.hash() + 1, right.slot(), right.shard(), true),
            new Route("orders", 2, right.hash(), right.slot() ^ 1, right.shard(), true),
            new Route("orders", 2, right.hash(), right.slot(), s0, true),
            new Route("orders", 2, right.hash(), right.slot(), right.shard(), false));

    HISTORY.check(key, right, right);
    for (Route route : wrong) {
      assertThatIllegalStateException()
          .as(route.toString())
          .isThrownBy(() -> HISTORY.check(key, route, route(V1, key)));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HISTORY.check(key, right, new Route("orders", 9, 0, 0, s0, false)))
        .withMessageContaining("version 9");
  }

  @Test
  void requireAgreement_aPlanThatForgetsOneSlot_isFoundOut() {
    int[] slots =
        HISTORY.plan(1, 2).moves().stream().mapToInt(MigrationPlan.SlotMove::slot).toArray();
    int forgotten = slots[7];
    int[] others = IntStream.of(slots).filter(slot -> slot != forgotten).toArray();
    MigrationPlan mutant = new MigrationPlan(V1, V2, others, List.of());

    long found =
        LongStream.range(0, 5000)
            .filter(key -> !agrees(key, mutant))
            .peek(key -> assertThat(V1.slotOf(StableHash.hash(key))).isEqualTo(forgotten))
            .count();

    assertThat(found).isPositive();
  }

  @Test
  void requireAgreement_aPlanThatMovesOneSlotTooMany_isFoundOut() {
    int[] all = IntStream.range(0, 256).toArray();
    MigrationPlan mutant = new MigrationPlan(V1, V2, all, List.of());

    assertThat(LongStream.range(0, 5000).filter(key -> !agrees(key, mutant)).count())
        .isEqualTo(LongStream.range(0, 5000).filter(key -> !HISTORY.plan(1, 2).moves(key)).count());
  }

  private static boolean agrees(long key, MigrationPlan plan) {
    try {
      TopologyHistory.requireAgreement(key, route(plan.from(), key), route(plan.to(), key), plan);
      return true;
    } catch (IllegalStateException disagreement) {
      assertThat(disagreement)
          .hasMessageContainingAll("key " + key + " was routed", plan.toString());
      return false;
    }
  }

  @Test
  void check_pinnedKeys_followTheirPins() {
    List<Topology> versions = Arrays.asList(V1, V2, V3);
    for (Topology one : versions) {
      for (Topology other : versions) {
        HISTORY.check("tenant-7", route(one, "tenant-7"), route(other, "tenant-7"));
      }
    }
    assertThat(route(V3, "tenant-7").pinned()).isTrue();
  }
}
