// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.sharding.jdbc.NodeOptions;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The rows with and without a bulkhead measure what their names say. */
class TenfoldTest {

  private static final String LIMIT = "tenfold.resilience.bulkhead.limit name=orders.";

  @Test
  void builder_defaults_haveABulkheadInFrontOfEachPool() {
    assertThat(gauges(Tenfold.DEFAULTS))
        .contains(LIMIT + "primary", LIMIT + "replica0", LIMIT + "replica1");
  }

  @Test
  void builder_noBulkhead_hasNoneInFrontOfAPool() {
    assertThat(gauges(Tenfold.NO_BULKHEAD))
        .isNotEmpty()
        .doesNotContain(LIMIT + "primary", LIMIT + "replica0", LIMIT + "replica1");
  }

  private static List<String> gauges(Consumer<NodeOptions> options) {
    RecordingTelemetry telemetry = new RecordingTelemetry();
    try (Resources resources = new Resources()) {
      resources.add(
          Tenfold.builder(StubServers.start(), Pools.SIZE, options, resources)
              .telemetry(telemetry)
              .build());
      return telemetry.open();
    }
  }
}
