// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every contender does the same work on the stub. */
@Timeout(60)
class AccessTest {

  @ParameterizedTest
  @EnumSource
  void operations_anyContender_readTheRowOfTheKeyOnAReplica(Contender contender)
      throws SQLException {
    try (Access access = contender.open(Backend.STUB).ready()) {
      assertThat(access.read(7)).isEqualTo(7);
      assertThat(access.readInTransaction(1023)).isEqualTo(1023);
      access.write(3);
      assertThat(access.read(8)).isEqualTo(8);
      assertThat(access.borrow(1)).as("the connection is closed").isTrue();
      assertThat(access.isOnReplica()).isTrue();
    }
  }
}
