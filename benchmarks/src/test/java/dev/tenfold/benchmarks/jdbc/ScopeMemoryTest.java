// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Ambient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generous bounds: the rest of the process shares the heap. */
@Timeout(60)
class ScopeMemoryTest {
  private static final double STATE = 32;
  private static final double FLOOR_AND_SEEN = 64;

  @Test
  void ofUsed_tokenWriteAndRead_holdMoreThanAnUnusedScope() {
    double unused = ScopeMemory.ofUnused();
    double used = ScopeMemory.ofUsed();

    assertThat(unused).as("the scopes are open, and each has a state").isBetween(STATE, 1000.0);
    assertThat(used)
        .as("what each scope has seen is held")
        .isGreaterThan(unused + FLOOR_AND_SEEN / 2);
    assertThat(Ambient.capture()).as("all contexts are closed").hasToString("Ambient[]");
  }
}
