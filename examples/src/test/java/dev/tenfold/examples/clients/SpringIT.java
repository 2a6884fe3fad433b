// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import static dev.tenfold.examples.clients.ClientDatabase.COUNT;
import static dev.tenfold.examples.clients.ClientDatabase.IN_RECOVERY;
import static dev.tenfold.examples.clients.ClientDatabase.READ_ONLY_TRANSACTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.transaction.TransactionDefinition.ISOLATION_DEFAULT;
import static org.springframework.transaction.TransactionDefinition.ISOLATION_REPEATABLE_READ;
import static org.springframework.transaction.TransactionDefinition.ISOLATION_SERIALIZABLE;
import static org.springframework.transaction.TransactionDefinition.PROPAGATION_NESTED;
import static org.springframework.transaction.TransactionDefinition.PROPAGATION_REQUIRED;
import static org.springframework.transaction.TransactionDefinition.PROPAGATION_REQUIRES_NEW;

import dev.tenfold.core.ReadIntent;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring 7: {@code JdbcTemplate} and {@code TransactionTemplate}. */
@Timeout(60)
@ExtendWith(ClientServers.class)
@ParameterizedClass(name = "pools with autoCommit={0}")
@ValueSource(booleans = {true, false})
class SpringIT {
  private static final String INSERT = "INSERT INTO booking VALUES (?, 'guest')";

  @Parameter private boolean autoCommit;
  private ClientDatabase database;
  private JdbcTransactionManager manager;
  private JdbcTemplate jdbc;

  @BeforeEach
  void open(PostgresFixture servers) {
    database = ClientDatabase.open(servers, autoCommit);
    manager = new JdbcTransactionManager(database.source());
    jdbc = new JdbcTemplate(database.source());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private TransactionTemplate transaction(int propagation, int isolation, boolean readOnly) {
    var template = new TransactionTemplate(manager);
    template.setPropagationBehavior(propagation);
    template.setIsolationLevel(isolation);
    template.setReadOnly(readOnly);
    return template;
  }

  private TransactionTemplate reading() {
    return transaction(PROPAGATION_REQUIRED, ISOLATION_DEFAULT, true);
  }

  private TransactionTemplate writing() {
    return transaction(PROPAGATION_REQUIRED, ISOLATION_DEFAULT, false);
  }

  private Boolean onStandby() {
    return jdbc.queryForObject(IN_RECOVERY, Boolean.class);
  }

  private Boolean onStandby(TransactionTemplate template) {
    return template.execute(status -> onStandby());
  }

  private String setting(String name) {
    return jdbc.queryForObject("SHOW " + name, String.class);
  }

  private Long count() {
    return jdbc.queryForObject(COUNT, Long.class);
  }

  /** Without auto-commit a pool rolls back what nobody committed, and so does this data source. */
  @Test
  void jdbcTemplate_noTransaction_isOnThePrimaryAndKeepsThePoolsAutoCommit() {
    assertThat(onStandby()).isFalse();
    jdbc.update(INSERT, 1);

    assertThat(database.rows()).isEqualTo(autoCommit ? 1 : 0);
  }

  @Test
  void readOnlyTransaction_severalReads_areOnTheStandby() {
    database.insertAndReplay(1);

    reading()
        .executeWithoutResult(status -> {
          assertThat(onStandby()).isTrue();
          assertThat(count()).isEqualTo(1);
        });
    assertThat(onStandby()).as("afterwards, undeclared").isFalse();
  }

  @Test
  void readOnlyTransaction_write_isRefused() {
    assertThatThrownBy(() -> reading().executeWithoutResult(status -> jdbc.update(INSERT, 1)))
        .rootCause()
        .isInstanceOfSatisfying(
            SQLException.class,
            refused -> assertThat(refused.getSQLState()).isEqualTo(READ_ONLY_TRANSACTION));

    assertThat(database.rows()).isZero();
  }

  @Test
  void readOnlyTransaction_enforcedByAStatement_isOnTheStandby() {
    manager.setEnforceReadOnly(true);

    assertThat(onStandby(reading())).isTrue();
  }

  @Test
  void writingTransaction_readsItsWriteAndCommits() {
    writing()
        .executeWithoutResult(status -> {
          assertThat(count()).isZero();
          jdbc.update(INSERT, 1);
          assertThat(count()).isEqualTo(1);
          assertThat(onStandby()).isFalse();
        });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void writingTransaction_rolledBack_leavesNoRow() {
    writing()
        .executeWithoutResult(status -> {
          jdbc.update(INSERT, 1);
          status.setRollbackOnly();
        });
    assertThatThrownBy(() ->
            writing()
                .executeWithoutResult(status -> {
                  jdbc.update(INSERT, 2);
                  throw new IllegalStateException("application");
                }))
        .hasMessage("application");

    assertThat(database.rows()).isZero();
  }

  @Test
  void nestedTransaction_rolledBack_keepsTheOuterWrite() {
    writing()
        .executeWithoutResult(outer -> {
          jdbc.update(INSERT, 1);
          transaction(PROPAGATION_NESTED, ISOLATION_DEFAULT, false)
              .executeWithoutResult(inner -> {
                jdbc.update(INSERT, 2);
                inner.setRollbackOnly();
              });
          assertThat(count()).isEqualTo(1);
        });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void nestedTransaction_inAReadOnlyOne_staysOnTheStandby() {
    reading()
        .executeWithoutResult(outer -> {
          assertThat(onStandby()).isTrue();
          assertThat(onStandby(transaction(PROPAGATION_NESTED, ISOLATION_DEFAULT, true))).isTrue();
        });
  }

  @Test
  void requiresNew_writeInsideAReadOnlyTransaction_isOnThePrimary() {
    reading()
        .executeWithoutResult(outer -> {
          assertThat(onStandby()).isTrue();
          transaction(PROPAGATION_REQUIRES_NEW, ISOLATION_DEFAULT, false)
              .executeWithoutResult(inner -> {
                assertThat(onStandby()).isFalse();
                jdbc.update(INSERT, 1);
              });
          assertThat(onStandby()).as("the outer transaction").isTrue();
        });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void requiresNew_readInsideAWritingTransaction_isOnTheStandby() {
    writing()
        .executeWithoutResult(outer -> {
          jdbc.update(INSERT, 1);
          transaction(PROPAGATION_REQUIRES_NEW, ISOLATION_DEFAULT, true)
              .executeWithoutResult(inner -> {
                assertThat(onStandby()).isTrue();
                assertThat(count()).as("the outer transaction has not committed").isZero();
              });
          assertThat(onStandby()).as("the outer transaction").isFalse();
          assertThat(count()).isEqualTo(1);
        });

    assertThat(database.rows()).isEqualTo(1);
  }

  /** A hot standby cannot run serializable transactions. */
  @Test
  void serializable_readOnly_isOnThePrimary() {
    database.insertAndReplay(1);
    var serializable = transaction(PROPAGATION_REQUIRED, ISOLATION_SERIALIZABLE, true);
    for (int i = 0; i < 3; i++) {
      serializable.executeWithoutResult(status -> {
        assertThat(onStandby()).isFalse();
        assertThat(count()).isEqualTo(1);
        assertThat(setting("transaction_isolation")).isEqualTo("serializable");
        assertThat(setting("transaction_read_only")).isEqualTo("on");
      });
    }
    assertThat(onStandby(reading())).as("the next declared read").isTrue();
  }

  @Test
  void serializable_write_isOnThePrimary() {
    transaction(PROPAGATION_REQUIRED, ISOLATION_SERIALIZABLE, false)
        .executeWithoutResult(status -> {
          assertThat(setting("transaction_isolation")).isEqualTo("serializable");
          jdbc.update(INSERT, 1);
        });

    assertThat(database.rows()).isEqualTo(1);
    String next = writing().execute(status -> setting("transaction_isolation"));
    assertThat(next).as("the next transaction").isEqualTo("read committed");
  }

  @Test
  void repeatableRead_readOnly_isOnTheStandby() {
    transaction(PROPAGATION_REQUIRED, ISOLATION_REPEATABLE_READ, true)
        .executeWithoutResult(status -> {
          assertThat(onStandby()).isTrue();
          assertThat(setting("transaction_isolation")).isEqualTo("repeatable read");
        });
  }

  @Test
  void synchronizations_ofAWritingTransaction_runOnTheirNodes() {
    List<String> seen = new ArrayList<>();
    writing()
        .executeWithoutResult(status -> {
          jdbc.update(INSERT, 1);
          TransactionSynchronizationManager.registerSynchronization(
              new TransactionSynchronization() {
                @Override
                public void beforeCommit(boolean readOnly) {
                  seen.add("before commit: standby " + onStandby() + ", rows " + count());
                }

                @Override
                public void afterCommit() {
                  database.replayed();
                  transaction(PROPAGATION_REQUIRES_NEW, ISOLATION_DEFAULT, true)
                      .executeWithoutResult(inner ->
                          seen.add("after commit: standby " + onStandby() + ", rows " + count()));
                }

                @Override
                public void afterCompletion(int result) {
                  seen.add("completed: " + result);
                }
              });
        });

    assertThat(seen)
        .containsExactly(
            "before commit: standby false, rows 1",
            "after commit: standby true, rows 1",
            "completed: " + TransactionSynchronization.STATUS_COMMITTED);
  }

  @Test
  void replicaScope_noDeclaration_isOnTheStandbyAndRefusesWrites() {
    ReadIntent.REPLICA.run(() -> {
      assertThat(onStandby()).isTrue();
      assertThat(onStandby(writing())).isTrue();
    });

    assertThatThrownBy(() -> ReadIntent.REPLICA.run(() -> jdbc.update(INSERT, 1)))
        .rootCause()
        .isInstanceOfSatisfying(
            SQLException.class,
            refused -> assertThat(refused.getSQLState()).isEqualTo(READ_ONLY_TRANSACTION));
    assertThat(database.rows()).isZero();
  }

  /** Read-only means read-only on every node. */
  @Test
  void replicaScope_servedByThePrimary_refusesWrites() {
    try (ReadWriteDataSource alone = database.withoutReplica()) {
      var onPrimary = new JdbcTemplate(alone);
      ReadIntent.REPLICA.run(() -> {
        assertThat(onPrimary.queryForObject(IN_RECOVERY, Boolean.class)).isFalse();
        assertThatThrownBy(() -> onPrimary.update(INSERT, 1))
            .rootCause()
            .isInstanceOfSatisfying(
                SQLException.class,
                refused -> assertThat(refused.getSQLState()).isEqualTo(READ_ONLY_TRANSACTION));
      });
    }

    assertThat(database.rows()).isZero();
  }

  @Test
  void primaryScope_readOnlyTransaction_isOnThePrimary() {
    ReadIntent.PRIMARY.run(() -> assertThat(onStandby(reading())).isFalse());
  }

  @Test
  void lazyProxy_aroundTheDataSource_keepsTheNodes() {
    var lazy = new LazyConnectionDataSourceProxy(database.source());
    manager = new JdbcTransactionManager(lazy);
    jdbc = new JdbcTemplate(lazy);

    assertThat(onStandby(reading())).isTrue();
    writing()
        .executeWithoutResult(status -> {
          jdbc.update(INSERT, 1);
          assertThat(onStandby()).isFalse();
        });
    writing()
        .executeWithoutResult(status -> {
          jdbc.update(INSERT, 2);
          status.setRollbackOnly();
        });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void lazyProxy_withAReadOnlyDataSource_readsThere() {
    database.insertAndReplay(1);
    var lazy = new LazyConnectionDataSourceProxy(database.source());
    lazy.setReadOnlyDataSource(database.readOnly());
    manager = new JdbcTransactionManager(lazy);
    jdbc = new JdbcTemplate(lazy);

    reading()
        .executeWithoutResult(status -> {
          assertThat(onStandby()).isTrue();
          assertThat(count()).isEqualTo(1);
        });
    assertThatThrownBy(() -> reading().executeWithoutResult(status -> jdbc.update(INSERT, 2)))
        .rootCause()
        .isInstanceOfSatisfying(
            SQLException.class,
            refused -> assertThat(refused.getSQLState()).isEqualTo(READ_ONLY_TRANSACTION));
    writing()
        .executeWithoutResult(status -> {
          jdbc.update(INSERT, 3);
          assertThat(onStandby()).isFalse();
        });

    assertThat(database.rows()).isEqualTo(2);
  }

  @Test
  void readOnlyDataSource_noTransaction_isOnTheStandby() {
    database.insertAndReplay(1);
    jdbc = new JdbcTemplate(database.readOnly());

    assertThat(onStandby()).isTrue();
    assertThat(count()).isEqualTo(1);
  }
}
