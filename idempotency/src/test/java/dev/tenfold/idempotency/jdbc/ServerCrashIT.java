// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.Codec;
import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.Idempotency;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.IdempotentOperation;
import dev.tenfold.idempotency.IdempotentResult;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ServerCrashIT {
  private static final IdempotencyKey KEY = IdempotencyKey.of("acme", "k1");
  private static final Fingerprint BODY = Fingerprint.of(new byte[] {1});

  @Test
  void executeInTransaction_serverKilledInsideTheHandler_retryExecutesOnce() throws Exception {
    try (PostgresFixture fixture = PostgresFixture.start()) {
      PostgresServer server = fixture.primary();
      JdbcIdempotencyStore store = JdbcIdempotencyStore.postgres(server.dataSource());
      store.createSchema();
      IdempotentOperation<String> charge =
          Idempotency.builder(store).build().operation("charge", Codec.strings());
      try (Connection connection = server.dataSource().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE effect (id INT NOT NULL)");
      }

      try (Connection connection = server.dataSource().getConnection()) {
        connection.setAutoCommit(false);
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() ->
                charge.executeInTransaction(
                    connection,
                    KEY,
                    BODY,
                    tx -> {
                      insertEffect(tx.connection());
                      server.kill();
                      return "never stored";
                    }));
      }
      server.restart();

      assertThat(executeAndCommit(server, charge))
          .isEqualTo(new IdempotentResult.Executed<>("done"));
      assertThat(executeAndCommit(server, charge))
          .isEqualTo(new IdempotentResult.Replayed<>("done"));
      try (Connection connection = server.dataSource().getConnection();
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*) FROM effect")) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(1);
      }
    }
  }

  private static IdempotentResult<String> executeAndCommit(
      PostgresServer server, IdempotentOperation<String> charge) throws SQLException {
    try (Connection connection = server.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      IdempotentResult<String> result =
          charge.executeInTransaction(
              connection,
              KEY,
              BODY,
              tx -> {
                insertEffect(tx.connection());
                return "done";
              });
      connection.commit();
      return result;
    }
  }

  private static void insertEffect(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO effect VALUES (1)");
    }
  }
}
