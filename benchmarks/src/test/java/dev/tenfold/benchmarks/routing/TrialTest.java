// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.StableHash;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrialTest {
  private static final int NODES = 15;
  private static final int SLOTS = 4096;
  private static final long[] RANDOM = new SplittableRandom(7).longs(NODES * 1000).toArray();

  private final ManualTimeSource time = new ManualTimeSource();

  private Trial trial(Placement placement, long... keys) {
    return Trial.of(placement, NODES, keys, time);
  }

  @Test
  void of_slotsAndOneKeyForEachSlot_isAsEvenAsSlotsCanBeAndMovesTheIdeal() {
    Trial trial = trial(Placement.SLOTS, oneForEachSlot());

    // 273 or 274 slots each, a whole 256 of them for the sixteenth node
    assertThat(trial.fullest()).isEqualTo(274 / (4096 / 15.0));
    assertThat(trial.moved()).isEqualTo(1);
    assertThat(trial.misplaced()).isZero();
    assertThat(trial.disturbed()).isZero();
    // 14 nodes are left: 292 or 293 slots each
    assertThat(trial.fullestAfterLoss()).isEqualTo(293 / (4096 / 14.0));
    // weights 1, 2, 3, 4 in turn add up to 36: no node is off by a slot
    assertThat(trial.fullestByWeight()).isCloseTo(1, within(1 / (4096 / 36.0)));
  }

  @ParameterizedTest
  @EnumSource
  void of_anyPlacement_movesNoKeyToAnotherNodeThanTheNewOne(Placement placement) {
    Trial trial = trial(placement, RANDOM);

    assertThat(trial.misplaced()).isZero();
    assertThat(trial.moved()).isBetween(0.6, 1.4);
    assertThat(trial.fullest()).isBetween(1.0, 1.4);
    assertThat(trial.fullestAfterLoss()).isBetween(1.0, 1.4);
  }

  @ParameterizedTest
  @EnumSource(
      value = Placement.class,
      names = {"JUMP", "JUMP_BACK", "GUAVA"},
      mode = EnumSource.Mode.EXCLUDE)
  void of_placementThatLosesAnyNode_disturbsNoOther(Placement placement) {
    assertThat(trial(placement, RANDOM).disturbed()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"JUMP", "JUMP_BACK", "GUAVA"})
  void of_placementByNumber_renumbersWhatStoodBehindTheLostNode(Placement placement) {
    assertThat(trial(placement, RANDOM).disturbed()).isBetween(0.3, 0.7);
  }

  @ParameterizedTest
  @EnumSource
  void of_weights_areKeptByThoseThatTakeThem(Placement placement) {
    double byWeight = trial(placement, RANDOM).fullestByWeight();

    if (placement.takesWeights()) {
      assertThat(byWeight).isBetween(1.0, 1.4);
    } else {
      assertThat(byWeight).isNaN();
    }
  }

  @ParameterizedTest
  @EnumSource
  void of_sameKeys_isTheSameButForTheTimes(Placement placement) {
    assertThat(trial(placement, RANDOM)).isEqualTo(trial(placement, RANDOM));
  }

  /** Numbers of which each slot has exactly one. */
  private static long[] oneForEachSlot() {
    long[] keys = new long[SLOTS];
    boolean[] found = new boolean[SLOTS];
    int shift = Long.SIZE - Integer.numberOfTrailingZeros(SLOTS);
    int left = SLOTS;
    for (long key = 1; left > 0; key++) {
      int slot = (int) (StableHash.hash(key) >>> shift);
      if (!found[slot]) {
        found[slot] = true;
        keys[slot] = key;
        left--;
      }
    }
    return keys;
  }
}
