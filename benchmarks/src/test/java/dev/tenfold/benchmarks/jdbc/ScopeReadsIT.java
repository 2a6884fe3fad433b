// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ScopeReadsIT {

  /** A generous bound: a busy machine answers probes late. */
  @Test
  void percentOnPrimary_healthyStandbys_isNeitherNothingNorMost() {
    double percent = ScopeReads.percentOnPrimary(TimeSource.system(), Duration.ofMillis(1));

    assertThat(percent).as("the write is not replayed yet at the first read").isPositive();
    assertThat(percent).as("then the standbys serve").isLessThan(50);
  }
}
