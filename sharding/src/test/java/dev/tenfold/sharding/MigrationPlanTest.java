// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.sun.management.ThreadMXBean;
import dev.tenfold.sharding.MigrationPlan.PinMove;
import dev.tenfold.sharding.MigrationPlan.SlotMove;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationPlanTest {
  private static final Topology V1 =
      Topology.builder("orders").shard("s0", 1).shard("s1", 1).build();
  private static final Topology V2 = V1.evolve().add("s2", 2).pin("tenant-7", "s2").build();
  private static final ShardId S2 = new ShardId("s2");

  /** One slot moves, from s0 to s1. */
  private static final Topology TEN =
      Topology.builder("t").slots(32).shard("s0", 10).shard("s1", 10).build();

  private static final MigrationPlan ONE_SLOT =
      MigrationPlan.between(TEN, TEN.evolve().reweight("s1", 11).build());

  static LongStream seeds() {
    return LongStream.range(0, 40);
  }

  private static List<MigrationPlan> plans(long seed) {
    List<Topology> chain = RandomHistory.of(seed, 5);
    return List.of(
        MigrationPlan.between(chain.get(0), chain.get(1)),
        MigrationPlan.between(chain.get(3), chain.get(4)),
        MigrationPlan.between(chain.get(0), chain.get(4)));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void between_randomEvolutions_isTheComparisonSlotBySlot(long seed) {
    for (MigrationPlan plan : plans(seed)) {
      List<SlotMove> naive = new ArrayList<>();
      for (int slot = 0; slot < 1024; slot++) {
        ShardId from = plan.from().ownerOf(slot);
        ShardId to = plan.to().ownerOf(slot);
        if (!from.equals(to)) {
          naive.add(new SlotMove(slot, from, to));
        }
      }

      assertThat(plan.moves()).isEqualTo(naive);
      assertThat(plan.slotsMoved()).isEqualTo(naive.size()).isPositive();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void moves_randomEvolutions_exactlyTheKeysWhoseOwnersDiffer(long seed) {
    for (MigrationPlan plan : plans(seed)) {
      ShardRouter before = ShardRouter.of(TopologySource.of(plan.from()));
      ShardRouter after = ShardRouter.of(TopologySource.of(plan.to()));
      for (int i = 0; i < 10_000; i++) {
        Object key = Keys.of(i);
        if (plan.moves(key) == before.route(key).equals(after.route(key))) {
          throw new AssertionError(
              plan + ": " + key + " by " + before.explain(key) + " and " + after.explain(key));
        }
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void pinMoves_randomEvolutions_areThePinnedKeysWhoseOwnersDiffer(long seed) {
    for (MigrationPlan plan : plans(seed)) {
      Map<String, List<ShardId>> naive = new HashMap<>();
      List<Pin> pins = new ArrayList<>(plan.from().pins());
      pins.addAll(plan.to().pins());
      for (Pin pin : pins) {
        ShardId from = ShardRouter.of(TopologySource.of(plan.from())).route(pin.canonical());
        ShardId to = ShardRouter.of(TopologySource.of(plan.to())).route(pin.canonical());
        if (!from.equals(to)) {
          naive.put(pin.key(), List.of(from, to));
        }
      }

      assertThat(plan.pinMoves()).hasSize(naive.size());
      assertThat(plan.pinMoves())
          .allSatisfy(
              move -> assertThat(naive).containsEntry(move.key(), List.of(move.from(), move.to())));
      assertThat(plan.pinMoves())
          .isSortedAccordingTo((a, b) -> a.pin().canonicalKey().compareTo(b.pin().canonicalKey()));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void moves_appliedInAnyOrder_endInTheNewAssignment(long seed) {
    Random random = new Random(seed);
    for (MigrationPlan plan : plans(seed)) {
      Map<Object, ShardId> owners = owners(plan.from(), plan);
      List<Runnable> moves = new ArrayList<>();
      plan.moves().forEach(move -> moves.add(() -> owners.put(move.slot(), move.to())));
      plan.pinMoves().forEach(move -> moves.add(() -> owners.put(move.key(), move.to())));
      Collections.shuffle(moves, random);
      moves.forEach(Runnable::run);

      assertThat(owners).isEqualTo(owners(plan.to(), plan));
    }
  }

  /** Compares the owner of every slot, and of every key that either version pins. */
  private static Map<Object, ShardId> owners(Topology topology, MigrationPlan plan) {
    Map<Object, ShardId> owners = new HashMap<>();
    for (int slot = 0; slot < topology.slots(); slot++) {
      owners.put(slot, topology.ownerOf(slot));
    }
    List<Pin> pins = new ArrayList<>(plan.from().pins());
    pins.addAll(plan.to().pins());
    ShardRouter router = ShardRouter.of(TopologySource.of(topology));
    pins.forEach(pin -> owners.put(pin.key(), router.route(pin.canonical())));
    return owners;
  }

  @Test
  void pins_comeGoAndStay_moveAloneOrNotAtAll() {
    Object key = "tenant-7";
    ShardId home = ShardRouter.of(TopologySource.of(V1)).route(key);
    String away = home.value().equals("s0") ? "s1" : "s0";

    Topology pinned = V1.evolve().pin(key, away).build();
    Topology grown = pinned.evolve().add("s2", 1_000).build(); // nearly every slot moves
    Topology freed = grown.evolve().unpin(key).build();

    MigrationPlan pin = MigrationPlan.between(V1, pinned);
    assertThat(pin.slotsMoved()).isZero();
    assertThat(pin.pinMoves()).extracting(PinMove::to).containsExactly(new ShardId(away));
    assertThat(pin.moves(key)).isTrue();
    assertThat(pin.moves("tenant-8")).isFalse();

    MigrationPlan grow = MigrationPlan.between(pinned, grown);
    int slot = ShardRouter.of(TopologySource.of(V1)).explain(key).slot();
    assertThat(grow.moves()).extracting(SlotMove::slot).contains(slot);
    assertThat(grow.pinMoves()).isEmpty();
    assertThat(grow.moves(key)).as("stays where it is pinned, though its slot moves").isFalse();

    MigrationPlan free = MigrationPlan.between(grown, freed);
    assertThat(free.pinMoves()).extracting(PinMove::key).containsExactly("\"tenant-7\"");
    assertThat(free.pinMoves()).extracting(PinMove::to).containsExactly(S2);

    MigrationPlan whole = MigrationPlan.between(V1, freed);
    assertThat(whole.pinMoves()).as("neither version pins it").isEmpty();
    assertThat(whole.moves(key)).isTrue();
  }

  @Test
  void between_pinToTheOwner_isEmpty() {
    ShardId home = ShardRouter.of(TopologySource.of(V1)).route(42);

    MigrationPlan plan = MigrationPlan.between(V1, V1.evolve().pin(42, home.value()).build());

    assertThat(plan.isEmpty()).isTrue();
    assertThat(plan.moves()).isEmpty();
    assertThat(plan.moves(42L)).isFalse();
    assertThat(plan.text()).isEqualTo("orders: version 1 -> 2\nnothing moves\n");
    assertThat(plan.text(move -> 1, move -> 1)).isEqualTo(plan.text());
  }

  @Test
  void between_pinsInEverySlot_seesTheOwnersBehindTheMark() {
    Topology.Builder builder = Topology.builder("t").slots(16).shard("s0", 1);
    for (int i = 0; i < 200; i++) {
      builder.pin("key-" + i, "s0");
    }
    Topology before = builder.build();

    assertThat(MigrationPlan.between(before, before.evolve().reweight("s0", 2).build()).isEmpty())
        .isTrue();
  }

  @Test
  void between_manySlots_makesNoObjectPerSlot() {
    Topology.Builder builder = Topology.builder("wide").slots(65_536);
    for (int i = 10; i < 26; i++) {
      builder.shard("s" + i, 1);
    }
    Topology before = builder.build();
    Topology after = before.evolve().add("s00", 4).remove("s17").build();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) { // the first rounds load and link classes
      long start = threads.getCurrentThreadAllocatedBytes();
      MigrationPlan plan = MigrationPlan.between(before, after);
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - start);
      assertThat(plan.slotsMoved()).isBetween(12_000, 18_000);
    }

    assertThat(allocated).as("a number per slot and per move").isLessThan(8L * 65_536);
    assertThat(MigrationPlan.between(before, after).moves())
        .isEqualTo(
            IntStream.range(0, 65_536)
                .filter(slot -> !before.ownerOf(slot).equals(after.ownerOf(slot)))
                .mapToObj(slot -> new SlotMove(slot, before.ownerOf(slot), after.ownerOf(slot)))
                .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "tr", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva"})
  void text_inAnyLocale_isWhatPeopleRead(String locale) {
    MigrationPlan plan = MigrationPlan.between(V1, V2);
    ShardId home = ShardRouter.of(TopologySource.of(V1)).route("tenant-7");
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(locale));
    try {
      assertThat(plan.text())
          .isEqualTo(
              """
              orders: version 1 -> 2
              2,048 of 4,096 slots move (50.0 %) and 1 pinned key
                s0 -> s2: 1,024 slots (25.0 %)
                s1 -> s2: 1,024 slots (25.0 %)
                "tenant-7": HOME -> s2
              """
                  .replace("HOME", home.value()));
      assertThat(plan.text(move -> 1_500_000))
          .isEqualTo(
              """
              orders: version 1 -> 2
              2,048 of 4,096 slots move (50.0 %), about 3.1 GB, and 1 pinned key
                s0 -> s2: 1,024 slots (25.0 %), about 1.5 GB
                s1 -> s2: 1,024 slots (25.0 %), about 1.5 GB
                "tenant-7": HOME -> s2
              """
                  .replace("HOME", home.value()));
      assertThat(plan.text(move -> 1_500_000, move -> 400_000_000_000L))
          .isEqualTo(
              """
              orders: version 1 -> 2
              2,048 of 4,096 slots move (50.0 %) and 1 pinned key, about 403.1 GB
                s0 -> s2: 1,024 slots (25.0 %), about 1.5 GB
                s1 -> s2: 1,024 slots (25.0 %), about 1.5 GB
                "tenant-7": HOME -> s2, about 400.0 GB
              """
                  .replace("HOME", home.value()));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void text_fromSeveralShards_isOrderedByFromThenTo() {
    Topology before = Topology.builder("t").shard("b", 1).shard("c", 1).build();
    Topology after = before.evolve().add("a", 1).add("d", 1).build();

    assertThat(MigrationPlan.between(before, after).text().lines().skip(2))
        .extracting(line -> line.strip().substring(0, 6))
        .containsExactly("b -> a", "b -> d", "c -> a", "c -> d");
  }

  @Test
  void text_ofOneSlot_speaksOfOne() {
    assertThat(ONE_SLOT.text())
        .isEqualTo(
            """
            t: version 1 -> 2
            1 of 32 slots moves (3.1 %)
              s0 -> s1: 1 slot (3.1 %)
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "999949, 999.9 kB",
    "999950, 1.0 MB",
    "31200000000, 31.2 GB",
    "4000000000000, 4.0 TB",
    "5000000000000000, 5.0 PB",
    "9223372036854775807, 9.2 EB"
  })
  void text_bytes_areInAUnitThatReads(long bytes, String shown) {
    assertThat(ONE_SLOT.text(move -> bytes)).contains("(3.1 %), about " + shown + "\n");
  }

  @Test
  void estimatedBytes_areSummedOverSlotsAndPins() {
    MigrationPlan plan = MigrationPlan.between(V1, V2);
    long slots = plan.moves().stream().mapToLong(SlotMove::slot).sum();

    assertThat(plan.estimatedBytes(SlotMove::slot)).isEqualTo(slots);
    assertThat(plan.estimatedBytes(SlotMove::slot, move -> 5)).isEqualTo(slots + 5);
    assertThat(plan.estimatedBytes(move -> 0)).isZero();
  }

  @Test
  void estimatedBytes_moreThanALong_areItsMost() {
    MigrationPlan plan = MigrationPlan.between(V1, V2);

    assertThat(plan.estimatedBytes(move -> Long.MAX_VALUE / 2)).isEqualTo(Long.MAX_VALUE);
    assertThat(plan.estimatedBytes(move -> 1, move -> Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(plan.text(move -> Long.MAX_VALUE, move -> Long.MAX_VALUE).lines().skip(1))
        .hasSizeGreaterThan(2)
        .allMatch(line -> line.endsWith(", about 9.2 EB"));
  }

  @Test
  void estimatedBytes_negativeAnswer_isRefusedNamingTheMove() {
    MigrationPlan plan = MigrationPlan.between(V1, V2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ONE_SLOT.estimatedBytes(move -> -5))
        .withMessageContainingAll("-5 bytes", "slot=", "s0", "at least 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan.estimatedBytes(move -> 0, move -> Long.MIN_VALUE))
        .withMessageContainingAll("-9223372036854775808 bytes", "tenant-7");
    assertThatIllegalArgumentException().isThrownBy(() -> plan.text(move -> -1));
    assertThatIllegalArgumentException().isThrownBy(() -> plan.text(move -> 1, move -> -1));
  }

  @Test
  void between_whatDoesNotFollow_isRefusedNamingBoth() {
    Topology other = Topology.builder("users").shard("s0", 1).build();
    Topology wider = Topology.builder("orders").slots(8192).shard("s0", 1).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> MigrationPlan.between(V1, other))
        .withMessageContainingAll("orders", "users");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MigrationPlan.between(V1, wider.evolve().add("s1", 1).build()))
        .withMessageContainingAll("orders v1", "orders v2", "8192 slots, not 4096");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MigrationPlan.between(V2, V1))
        .withMessageContainingAll("orders v1", "orders v2", "goes back");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MigrationPlan.between(V1, V1))
        .withMessageContainingAll("orders v1", "its version is not higher");
  }

  @Test
  void moves_ofWhatIsNoKey_areRefused() {
    MigrationPlan plan = MigrationPlan.between(V1, V2);

    assertThatNullPointerException().isThrownBy(() -> plan.moves(null));
    assertThatIllegalArgumentException().isThrownBy(() -> plan.moves(1.5));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> plan.moves().get(plan.slotsMoved()));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> plan.moves().remove(0));
  }
}
