// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ReadIntent;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScopeBenchmarkTest {
  private static final int READS = 100;

  private final ScopeBenchmark benchmark = new ScopeBenchmark();
  private final ScopeBenchmark.Opened opened = new ScopeBenchmark.Opened();
  private final JdbcBenchmark.Keys keys = new JdbcBenchmark.Keys();

  @Test
  void readInContinued_tokenOfAWrite_isServedByReplicas() throws SQLException {
    opened.setUp();
    ScopeBenchmark.Continued continued = new ScopeBenchmark.Continued();
    continued.setUp(opened);
    long before = opened.servers.roundTrips();
    for (int i = 0; i < READS; i++) {
      assertThat(benchmark.readInContinued(opened, continued, keys)).isEqualTo(i);
    }
    continued.tearDown();
    opened.tearDown(); // fails if the primary has served one of them

    assertThat(opened.servers.roundTrips() - before).isEqualTo(READS);
  }

  @Test
  void readInNew_eachScope_isServedByAReplica() throws SQLException {
    opened.setUp();
    long before = opened.servers.roundTrips();
    for (int i = 0; i < READS; i++) {
      assertThat(benchmark.readInNew(opened, keys)).isEqualTo(i);
    }
    opened.tearDown();

    assertThat(opened.servers.roundTrips() - before).isEqualTo(READS);
  }

  @Test
  void tearDown_thePrimaryHasServedARead_fails() throws SQLException {
    opened.setUp();
    ReadIntent.PRIMARY.run(() -> benchmark.readInNew(opened, keys));

    assertThatThrownBy(opened::tearDown)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the primary served");
  }
}
