// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SlowReplicaTest {
  private static final Duration BRIEFLY = Duration.ofMillis(100);

  /** Generous bounds: a busy machine serves later, and unevenly. */
  @Test
  void slowPercent_choiceByLoad_isBelowAThird() {
    assertThat(SlowReplica.slowPercent(TimeSource.system(), BRIEFLY)).isBetween(0.5, 25.0);
  }

  @Test
  void microsPerRead_twoGoodReplicas_isNotBelowTheirCapacity() {
    assertThat(SlowReplica.microsPerRead(TimeSource.system(), false, BRIEFLY)).isGreaterThan(100);
  }
}
