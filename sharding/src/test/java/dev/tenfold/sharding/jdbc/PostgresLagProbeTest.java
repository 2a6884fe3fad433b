// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresLagProbeTest {

  /** As numbers, not as text: db-replica 2.9.10. */
  @ParameterizedTest
  @CsvSource({
    "0x4000028, 0x4000000",
    "0x4002018, 0x4002000",
    "0x4002028, 0x4002028",
    "0x4000030, 0x4000030",
    "0x5000000, 0x5000000",
    "0x123404002018, 0x123404002000"
  })
  void withoutHeader_behindAHeader_stepsBack(String insert, String expected) {
    assertThat(PostgresLagProbe.withoutHeader(Long.decode(insert), 8192, 16 << 20))
        .isEqualTo(Long.decode(expected));
  }
}
