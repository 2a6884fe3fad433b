// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long the connection of the probes is held, which a pool can take for a leak. */
class HeldConnectionTest {

  /** Rounds are a second apart. HikariCP reports each connection that is held for the threshold. */
  @ParameterizedTest(name = "leakDetectionThreshold {0} s")
  @CsvSource({"0, 60", "200, 60", "120, 60", "30, 15", "4, 2", "2, 1"})
  void probes_poolThatDetectsLeaks_borrowAgainAfterHalfOfItsThreshold(int threshold, int seconds) {
    StubPool pool = new StubPool("r3");
    try (HikariDataSource settings = new HikariDataSource()) {
      settings.setLeakDetectionThreshold(Duration.ofSeconds(threshold).toMillis());
      try (StubCluster cluster = new StubCluster()) {
        cluster.probe.at(pool, 100);
        cluster.dataSource.addReplica("r3", pool.withSettings(settings), node -> {});
        cluster.round();
        for (int renewals = 0; renewals < 3; renewals++) {
          for (int second = 1; second <= seconds; second++) {
            assertThat(pool.borrowed)
                .as("after %s s of the connection %s", second - 1, renewals)
                .isEqualTo(renewals + 1);
            assertThat(pool.inUse()).as("held between probes").isEqualTo(1);
            cluster.round();
          }
        }
      }
    }
    assertThat(pool.inUse()).isZero();
  }

  @Test
  void probes_dataSourceOfTheirOwn_takeNothingFromThePool() {
    StubPool pool = new StubPool("r3");
    StubPool own = new StubPool("r3");
    try (HikariDataSource settings = new HikariDataSource()) {
      settings.setLeakDetectionThreshold(2_000);
      try (StubCluster cluster = new StubCluster()) {
        cluster.probe.at(own, 100);
        cluster.dataSource.addReplica(
            "r3", pool.withSettings(settings), node -> node.probeDataSource(own.dataSource()));
        for (int second = 0; second < 60; second++) {
          cluster.round();
        }
        assertThat(own.borrowed).isEqualTo(1);
        assertThat(pool.borrowed).isZero();
      }
    }
  }
}
