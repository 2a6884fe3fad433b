// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.StoredResult;
import dev.tenfold.idempotency.TransactionalIdempotencyStore;
import dev.tenfold.idempotency.contract.TransactionalIdempotencyStoreContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JdbcIdempotencyStoreIT extends TransactionalIdempotencyStoreContract {
  private static DataSource dataSource;
  private static JdbcIdempotencyStore store;

  @BeforeAll
  static void createTable() throws SQLException {
    dataSource = TestDatabase.create("idempotency_store");
    store = JdbcIdempotencyStore.postgres(dataSource);
    store.createSchema();
  }

  @Override
  protected TransactionalIdempotencyStore store() {
    return store;
  }

  @Override
  protected Connection connect() throws SQLException {
    return StoredRecords.connect(dataSource);
  }

  @Override
  protected void expire(Connection connection, IdempotencyKey key) throws SQLException {
    StoredRecords.expire(connection, key);
  }

  @Override
  protected Duration remaining(Connection connection, IdempotencyKey key) throws SQLException {
    return StoredRecords.remaining(connection, key);
  }

  @Test
  void createSchema_manyAtATime_allSucceed() throws Exception {
    DataSource fresh = TestDatabase.create("idempotency_ddl");
    int threads = 8;
    var start = new CyclicBarrier(threads);
    List<CompletableFuture<Void>> all =
        Stream.generate(() ->
                TestDatabase.onThread(() -> {
                  start.await();
                  JdbcIdempotencyStore.postgres(fresh).createSchema();
                }))
            .limit(threads)
            .toList();
    for (CompletableFuture<Void> each : all) {
      each.get();
    }
    JdbcIdempotencyStore.postgres(fresh).createSchema();
    assertThat(JdbcIdempotencyStore.postgres(fresh).purge(1)).isZero();
  }

  @Test
  void purge_expiredAndLiveRecords_deletesExpiredOnlyInBatches() throws SQLException {
    DataSource fresh = TestDatabase.create("idempotency_purge");
    JdbcIdempotencyStore purged = JdbcIdempotencyStore.postgres(fresh);
    purged.createSchema();
    try (Connection connection = fresh.getConnection()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < 5; i++) {
        IdempotencyKey key = IdempotencyKey.of("tenant", "k" + i);
        purged.claim(connection, "op", key, Fingerprint.of(new byte[0]), Duration.ofHours(1));
        purged.complete(
            connection,
            "op",
            key,
            new StoredResult(StoredResult.Kind.NULL, "bytes", 0, null),
            Duration.ofHours(1));
        if (i < 3) {
          expire(connection, key);
        }
      }
      connection.commit();
      assertThat(purged.purge(2)).isEqualTo(2);
      assertThat(purged.purge(2)).isEqualTo(1);
      assertThat(purged.purge(2)).isZero();
      assertThat(purged.find(connection, "op", IdempotencyKey.of("tenant", "k4"))).isPresent();
    }
  }

  @Test
  void claim_expiredRecordBeingDeleted_waitsForThatTransaction() throws SQLException {
    IdempotencyKey key = IdempotencyKey.of("tenant", "deleted");
    Fingerprint body = Fingerprint.of(new byte[0]);
    try (Connection purging = connect();
        Connection claiming = connect()) {
      store.claim(purging, "op", key, body, Duration.ofHours(1));
      expire(purging, key);
      purging.commit();
      execute(purging, "DELETE FROM tenfold_idempotency");
      execute(claiming, "SET LOCAL lock_timeout = '10ms'");

      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> store.claim(claiming, "op", key, body, Duration.ofHours(1)))
          .satisfies(waited -> assertThat(waited.getSQLState()).isEqualTo("55P03"));

      purging.commit();
      claiming.rollback();
      assertThat(store.claim(claiming, "op", key, body, Duration.ofHours(1)))
          .isEqualTo(TransactionalIdempotencyStore.Claim.GRANTED);
      claiming.rollback();
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void purge_outOfRange_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> store.purge(0));
    assertThatIllegalArgumentException().isThrownBy(() -> store.purge(100_001));
  }
}
