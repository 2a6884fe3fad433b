// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Deterministic simulation on virtual time. {@code -Dseed=N} plays one seed, {@code
 * -Dsimulation.seeds=N} plays so many.
 */
class SimulationTest {
  private static final long SEEDS = 100_000;

  @Test
  void calls_anyPipelineAndInterleaving_keepEveryPromise() {
    Long seed = Long.getLong("seed");

    String failure =
        seed != null
            ? Simulation.firstFailure(seed, 1)
            : Simulation.firstFailure(0, Long.getLong("simulation.seeds", SEEDS));

    assertThat(failure).isNull();
  }
}
