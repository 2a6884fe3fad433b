// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.Codec;
import dev.tenfold.core.Deadline;
import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.Idempotency;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.IdempotentOperation;
import dev.tenfold.idempotency.IdempotentResult;
import dev.tenfold.idempotency.IdempotentResult.Executed;
import dev.tenfold.idempotency.IdempotentResult.InFlight;
import dev.tenfold.idempotency.IdempotentResult.Mismatch;
import dev.tenfold.idempotency.IdempotentResult.Replayed;
import dev.tenfold.idempotency.ResultUnavailableException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The promises of {@link IdempotentOperation#executeInTransaction}, on a real server. */
@Timeout(60)
class IdempotentOperationIT {
  private static final Fingerprint BODY = Fingerprint.of(new byte[] {1});
  private static DataSource dataSource;
  private static IdempotentOperation<String> charge;

  private final String name = UUID.randomUUID().toString();
  private final IdempotencyKey key = IdempotencyKey.of("acme", name);

  @BeforeAll
  static void createTables() throws SQLException {
    dataSource = TestDatabase.create("idempotent_operation");
    JdbcIdempotencyStore store = JdbcIdempotencyStore.postgres(dataSource);
    store.createSchema();
    charge = Idempotency.builder(store).build().operation("charge", Codec.strings());
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      // No unique constraint: only the record of the key prevents a second effect.
      statement.execute("CREATE TABLE effect (key_name TEXT NOT NULL)");
    }
  }

  private static Connection connect() throws SQLException {
    Connection connection = dataSource.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  private String insertEffect(Connection connection) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO effect VALUES (?)")) {
      insert.setString(1, name);
      insert.executeUpdate();
    }
    return "receipt of " + name;
  }

  private int effects() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement count =
            connection.prepareStatement("SELECT count(*) FROM effect WHERE key_name = ?")) {
      count.setString(1, name);
      try (ResultSet row = count.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  private IdempotentResult<String> execute(Connection connection) throws SQLException {
    return charge.executeInTransaction(connection, key, BODY, tx -> insertEffect(tx.connection()));
  }

  private IdempotentResult<String> executeAndCommit() throws SQLException {
    try (Connection connection = connect()) {
      IdempotentResult<String> result = execute(connection);
      connection.commit();
      return result;
    }
  }

  @Test
  void executeInTransaction_firstThenAgain_executesThenReplaysTheSameValue() throws SQLException {
    assertThat(executeAndCommit()).isEqualTo(new Executed<>("receipt of " + name));
    assertThat(executeAndCommit()).isEqualTo(new Replayed<>("receipt of " + name));
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_twiceInOneTransaction_replays() throws SQLException {
    try (Connection connection = connect()) {
      assertThat(execute(connection)).isInstanceOf(Executed.class);
      assertThat(execute(connection)).isInstanceOf(Replayed.class);
      connection.commit();
    }
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_manyThreadsOneKey_oneEffectAndEveryAnswerTheSame() throws Exception {
    int threads = 16;
    for (int round = 0; round < 20; round++) {
      var fresh = new IdempotentOperationIT();
      var start = new CyclicBarrier(threads);
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            TestDatabase.supply(() -> {
              start.await();
              return fresh.executeUntilAnswered();
            }));
      }
      int executed = 0;
      for (CompletableFuture<Integer> each : all) {
        executed += each.get();
      }
      assertThat(executed).isEqualTo(1);
      assertThat(fresh.effects()).isEqualTo(1);
    }
  }

  /** Returns 1 if this call executed, 0 if it replayed; every second transaction rolls back. */
  private int executeUntilAnswered() throws SQLException {
    for (int attempt = 0; ; attempt++) {
      try (Connection connection = connect()) {
        IdempotentResult<String> result = execute(connection);
        if (result instanceof InFlight || (result instanceof Executed && attempt % 2 == 1)) {
          connection.rollback();
          continue;
        }
        connection.commit();
        assertThat(result.<String>fold(e -> e.value(), r -> r.value(), f -> "", m -> ""))
            .isEqualTo("receipt of " + name);
        return result instanceof Executed ? 1 : 0;
      }
    }
  }

  @Test
  void executeInTransaction_anotherTransactionOpen_inFlightAtOnceAndTransactionUsable()
      throws SQLException {
    try (Connection first = connect();
        Connection second = connect()) {
      assertThat(execute(first)).isInstanceOf(Executed.class);
      assertThat(execute(second)).isInstanceOf(InFlight.class);
      insertEffect(second);
      second.rollback();
      first.commit();
      assertThat(execute(second)).isInstanceOf(Replayed.class);
      second.commit();
    }
  }

  @Test
  void executeInTransaction_replaysInTwoOpenTransactions_doNotDisturbEachOther()
      throws SQLException {
    executeAndCommit();
    try (Connection first = connect();
        Connection second = connect()) {
      assertThat(execute(first)).isInstanceOf(Replayed.class);
      assertThat(execute(second)).isInstanceOf(Replayed.class);
    }
  }

  @Test
  void executeInTransaction_callerRollsBack_nextAttemptExecutes() throws SQLException {
    try (Connection connection = connect()) {
      assertThat(execute(connection)).isInstanceOf(Executed.class);
      connection.rollback();
    }
    assertThat(effects()).isZero();
    assertThat(executeAndCommit()).isInstanceOf(Executed.class);
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_otherFingerprint_mismatch() throws SQLException {
    executeAndCommit();
    try (Connection connection = connect()) {
      assertThat(
              charge.executeInTransaction(
                  connection,
                  key,
                  Fingerprint.of(new byte[] {2}),
                  tx -> insertEffect(tx.connection())))
          .isInstanceOf(Mismatch.class);
      connection.commit();
    }
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_handlerThrowsAndCallerCommits_nothingIsKept() throws Exception {
    try (Connection connection = connect()) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() ->
              charge.executeInTransaction(
                  connection,
                  key,
                  BODY,
                  tx -> {
                    insertEffect(tx.connection());
                    throw new IOException("down");
                  }));
      connection.commit();
    }
    assertThat(effects()).isZero();
    assertThat(executeAndCommit()).isInstanceOf(Executed.class);
  }

  @Test
  void executeInTransaction_handlerThrows_keyIsFreeBeforeTheCallerEnds() throws Exception {
    try (Connection connection = connect()) {
      assertThatIllegalStateException()
          .isThrownBy(() ->
              charge.executeInTransaction(
                  connection,
                  key,
                  BODY,
                  tx -> {
                    throw new IllegalStateException("no");
                  }));
      assertThat(executeAndCommit()).isInstanceOf(Executed.class);
      connection.rollback();
    }
  }

  @Test
  void executeInTransaction_handlerSwallowsAnSqlError_throwsAndNothingIsKept() throws Exception {
    try (Connection connection = connect()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() ->
              charge.executeInTransaction(
                  connection,
                  key,
                  BODY,
                  tx -> {
                    try (Statement statement = tx.connection().createStatement()) {
                      statement.execute("SELECT 1/0");
                    } catch (SQLException swallowed) {
                      return "as if nothing had happened";
                    }
                    return "unreachable";
                  }));
      connection.commit();
    }
    assertThat(executeAndCommit()).isInstanceOf(Executed.class);
  }

  @Test
  void executeInTransaction_handlerCommits_saidSoAndRefusedFromThenOn() throws Exception {
    for (int attempt = 0; attempt < 2; attempt++) {
      try (Connection connection = connect()) {
        assertThatIllegalStateException()
            .isThrownBy(() ->
                charge.executeInTransaction(
                    connection,
                    key,
                    BODY,
                    tx -> {
                      insertEffect(tx.connection());
                      tx.connection().commit();
                      return "done";
                    }));
        connection.rollback();
      }
    }
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_sameKeyWithinItsHandler_refused() throws Exception {
    try (Connection connection = connect()) {
      assertThatIllegalStateException()
          .isThrownBy(() ->
              charge.executeInTransaction(
                  connection, key, BODY, tx -> execute(connection).toString()))
          .withMessageContaining("claimed and not completed");
      connection.rollback();
    }
  }

  @Test
  void executeInTransaction_autoCommit_refused() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> execute(connection))
          .withMessageContaining("setAutoCommit(false)");
    }
  }

  @Test
  void executeInTransaction_nullResult_replaysNull() throws SQLException {
    for (int attempt = 0; attempt < 2; attempt++) {
      try (Connection connection = connect()) {
        IdempotentResult<String> result =
            charge.executeInTransaction(
                connection,
                key,
                BODY,
                tx -> {
                  insertEffect(tx.connection());
                  return null;
                });
        connection.commit();
        assertThat(result).isEqualTo(attempt == 0 ? new Executed<>(null) : new Replayed<>(null));
      }
    }
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_resultTooLarge_committedOnceAndReplaysSaySo() throws SQLException {
    IdempotentOperation<byte[]> small =
        Idempotency.builder(JdbcIdempotencyStore.postgres(dataSource))
            .maxResultBytes(4)
            .build()
            .operation("small", Codec.bytes());
    try (Connection connection = connect()) {
      assertThat(
              small.executeInTransaction(
                  connection,
                  key,
                  BODY,
                  tx -> {
                    insertEffect(tx.connection());
                    return new byte[5];
                  }))
          .isInstanceOf(Executed.class);
      connection.commit();
      assertThatExceptionOfType(ResultUnavailableException.class)
          .isThrownBy(() ->
              small.executeInTransaction(
                  connection,
                  key,
                  BODY,
                  tx -> {
                    insertEffect(tx.connection());
                    return new byte[1];
                  }))
          .satisfies(
              e -> assertThat(e.reason()).isEqualTo(ResultUnavailableException.Reason.TOO_LARGE));
      connection.commit();
    }
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_operationChangedItsCodec_saidSoAndNotRunAgain() throws SQLException {
    executeAndCommit();
    IdempotentOperation<byte[]> changed =
        Idempotency.builder(JdbcIdempotencyStore.postgres(dataSource))
            .build()
            .operation("charge", Codec.bytes());
    try (Connection connection = connect()) {
      assertThatExceptionOfType(ResultUnavailableException.class)
          .isThrownBy(() ->
              changed.executeInTransaction(
                  connection,
                  key,
                  BODY,
                  tx -> {
                    insertEffect(tx.connection());
                    return new byte[0];
                  }));
      connection.commit();
    }
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_serializableAndRivalCommitted_failsWith40001() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      statement.execute("SELECT count(*) FROM effect");
      executeAndCommit();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> execute(connection))
          .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("40001"));
      connection.rollback();
      assertThat(execute(connection)).isInstanceOf(Replayed.class);
      connection.commit();
    }
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void executeInTransaction_deadlineOpen_boundsTheStatements() throws SQLException {
    try (Connection blocker = connect();
        Connection connection = connect();
        Statement lock = blocker.createStatement();
        var scope = Deadline.after(Duration.ofMillis(300)).open()) {
      lock.execute("LOCK TABLE tenfold_idempotency IN ACCESS EXCLUSIVE MODE");
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> execute(connection))
          .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57014"));
      connection.rollback();
      blocker.rollback();
    }
  }
}
