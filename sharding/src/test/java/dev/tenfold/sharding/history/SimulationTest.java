// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The promise of a scope on random scripts, in virtual time. */
class SimulationTest {
  private static final long SEEDS = 4_000;

  @Test
  void scope_randomScripts_keepItsPromise() {
    assertThat(Simulation.firstFailure(0, SEEDS)).isNull();
  }

  @Test
  void scripts_ofTheTest_readOnReplicasAndFailOver() {
    HistoryFigures figures = Simulation.figures(0, 200);

    assertThat(figures.replicaPercent()).as(figures.summary()).isGreaterThan(20);
    assertThat(figures.summary()).contains("failovers").doesNotContain("failovers: 0\n");
  }
}
