// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import static dev.tenfold.examples.clients.ClientDatabase.COUNT;
import static dev.tenfold.examples.clients.ClientDatabase.IN_RECOVERY;
import static dev.tenfold.examples.clients.ClientDatabase.READ_ONLY_TRANSACTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ReadIntent;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Jdbi 3, on pools with auto-commit only: Jdbi takes a connection without auto-commit for one that
 * is in a transaction already, and does not commit it, on any data source.
 */
@Timeout(60)
@ExtendWith(ClientServers.class)
class JdbiIT {
  private ClientDatabase database;
  private Jdbi jdbi;

  @BeforeEach
  void open(PostgresFixture servers) {
    database = ClientDatabase.open(servers, true);
    jdbi = Jdbi.create(database.source());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static boolean onStandby(Handle handle) {
    return handle.createQuery(IN_RECOVERY).mapTo(Boolean.class).one();
  }

  private static long count(Handle handle) {
    return handle.createQuery(COUNT).mapTo(Long.class).one();
  }

  private static void insert(Handle handle, long id) {
    handle.execute("INSERT INTO booking VALUES (?, 'guest')", id);
  }

  @Test
  void handle_readOnlyTransaction_isOnTheStandby() {
    database.insertAndReplay(1);
    try (Handle handle = jdbi.open()) {
      handle.setReadOnly(true);
      handle.useTransaction(inside -> {
        assertThat(onStandby(inside)).isTrue();
        assertThat(count(inside)).isEqualTo(1);
      });
      handle.useTransaction(
          inside -> assertThat(onStandby(inside)).as("the second transaction").isTrue());
    }
    jdbi.useTransaction(handle -> assertThat(onStandby(handle)).isFalse());
  }

  @Test
  void handle_readOnly_refusesAWrite() {
    try (Handle handle = jdbi.open()) {
      handle.setReadOnly(true);
      assertThatThrownBy(() -> handle.useTransaction(inside -> insert(inside, 1)))
          .rootCause()
          .isInstanceOfSatisfying(
              SQLException.class,
              refused -> assertThat(refused.getSQLState()).isEqualTo(READ_ONLY_TRANSACTION));
    }

    assertThat(database.rows()).isZero();
  }

  @Test
  void transaction_writes_readsItsWriteOnThePrimary() {
    jdbi.useTransaction(handle -> {
      assertThat(count(handle)).isZero();
      insert(handle, 1);
      assertThat(count(handle)).isEqualTo(1);
      assertThat(onStandby(handle)).isFalse();
    });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void transaction_rolledBack_leavesNoRow() {
    assertThatThrownBy(() ->
            jdbi.useTransaction(handle -> {
              insert(handle, 1);
              throw new IllegalStateException("application");
            }))
        .hasMessage("application");
    jdbi.useTransaction(handle -> {
      insert(handle, 2);
      handle.rollback();
    });

    assertThat(database.rows()).isZero();
  }

  @Test
  void savepoint_rolledBack_keepsTheOuterWrite() {
    jdbi.useTransaction(handle -> {
      insert(handle, 1);
      handle.savepoint("inner");
      insert(handle, 2);
      handle.rollbackToSavepoint("inner");
      assertThat(count(handle)).isEqualTo(1);
    });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void handle_readsThenWrites_changesTheNode() {
    database.insertAndReplay(1);
    try (Handle handle = jdbi.open()) {
      handle.setReadOnly(true);
      handle.useTransaction(inside -> {
        assertThat(onStandby(inside)).isTrue();
        assertThat(count(inside)).isEqualTo(1);
      });

      handle.setReadOnly(false);
      handle.useTransaction(inside -> {
        assertThat(onStandby(inside)).isFalse();
        insert(inside, 2);
        assertThat(count(inside)).isEqualTo(2);
      });
    }

    assertThat(database.rows()).isEqualTo(2);
  }

  /** A hot standby cannot run serializable transactions. */
  @Test
  void serializableTransaction_readOnly_isOnThePrimary() {
    database.insertAndReplay(1);
    try (Handle handle = jdbi.open()) {
      handle.setReadOnly(true);
      handle.useTransaction(
          TransactionIsolationLevel.SERIALIZABLE,
          inside -> {
            assertThat(onStandby(inside)).isFalse();
            assertThat(count(inside)).isEqualTo(1);
          });
      handle.useTransaction(inside -> assertThat(count(inside)).isEqualTo(1));
    }
    try (Handle handle = jdbi.open()) {
      handle.setReadOnly(true);
      handle.useTransaction(inside -> assertThat(onStandby(inside)).as("the next handle").isTrue());
    }
  }

  @Test
  void handle_inAReplicaScope_isOnTheStandby() {
    database.insertAndReplay(1);

    ReadIntent.REPLICA.run(() ->
        jdbi.useTransaction(handle -> {
          assertThat(onStandby(handle)).isTrue();
          assertThat(count(handle)).isEqualTo(1);
        }));
  }

  @Test
  void stream_onTheStandby_isReadToItsEnd() {
    database.insertAndReplay(1);
    database.insertAndReplay(2);
    try (Handle handle = jdbi.open()) {
      handle.setReadOnly(true);
      handle.useTransaction(inside -> {
        try (var ids =
            inside
                .createQuery("SELECT id FROM booking ORDER BY id")
                .setFetchSize(1)
                .mapTo(Long.class)
                .stream()) {
          assertThat(ids).containsExactly(1L, 2L);
        }
        assertThat(onStandby(inside)).isTrue();
      });
      handle.setReadOnly(false);
      handle.useTransaction(inside -> insert(inside, 3));
    }

    assertThat(database.rows()).isEqualTo(3);
  }
}
