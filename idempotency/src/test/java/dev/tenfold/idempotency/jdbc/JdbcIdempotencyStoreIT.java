// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.StoredResult;
import dev.tenfold.idempotency.TransactionalIdempotencyStore;
import dev.tenfold.idempotency.contract.TransactionalIdempotencyStoreContract;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
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
    Connection connection = dataSource.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  @Override
  protected void expire(Connection connection, IdempotencyKey key) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE tenfold_idempotency SET expires_at = statement_timestamp() WHERE key_hash ="
                + " ?")) {
      statement.setBytes(1, key.digest());
      statement.executeUpdate();
    }
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
  void purge_outOfRange_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> store.purge(0));
    assertThatIllegalArgumentException().isThrownBy(() -> store.purge(100_001));
  }
}
