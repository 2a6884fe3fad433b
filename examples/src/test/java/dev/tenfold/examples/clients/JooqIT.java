// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import static dev.tenfold.examples.clients.ClientDatabase.IN_RECOVERY;
import static dev.tenfold.examples.clients.ClientDatabase.READ_ONLY_TRANSACTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.tenfold.core.ReadIntent;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** jOOQ 3.19, the last line for Java 17. */
@Timeout(60)
@ExtendWith(ClientServers.class)
@ParameterizedClass(name = "pools with autoCommit={0}")
@ValueSource(booleans = {true, false})
class JooqIT {
  private static final Table<Record> BOOKING = table(name("booking"));
  private static final Field<Long> ID = field(name("id"), Long.class);
  private static final Field<String> GUEST = field(name("guest"), String.class);

  @Parameter private boolean autoCommit;
  private ClientDatabase database;
  private DSLContext jooq;

  @BeforeEach
  void open(PostgresFixture servers) {
    database = ClientDatabase.open(servers, autoCommit);
    jooq = DSL.using(database.source(), SQLDialect.POSTGRES);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static boolean onStandby(DSLContext dsl) {
    return dsl.resultQuery(IN_RECOVERY).fetchSingle(0, Boolean.class);
  }

  private static void insert(DSLContext dsl, long id) {
    dsl.insertInto(BOOKING, ID, GUEST).values(id, "guest").execute();
  }

  /** Without auto-commit a pool rolls back what nobody committed, and so does this data source. */
  @Test
  void statement_noTransaction_isOnThePrimaryAndKeepsThePoolsAutoCommit() {
    assertThat(onStandby(jooq)).isFalse();
    insert(jooq, 1);

    assertThat(database.rows()).isEqualTo(autoCommit ? 1 : 0);
  }

  @Test
  void statement_inAReplicaScope_isOnTheStandby() {
    database.insertAndReplay(1);

    ReadIntent.REPLICA.run(() -> {
      assertThat(onStandby(jooq)).isTrue();
      assertThat(jooq.fetchCount(BOOKING)).isEqualTo(1);
      jooq.transaction(scope -> assertThat(onStandby(scope.dsl())).isTrue());
      assertThatThrownBy(() -> insert(jooq, 2))
          .rootCause()
          .isInstanceOfSatisfying(
              SQLException.class,
              refused -> assertThat(refused.getSQLState()).isEqualTo(READ_ONLY_TRANSACTION));
    });
    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void transaction_writes_readsItsWriteOnThePrimary() {
    jooq.transaction(scope -> {
      assertThat(scope.dsl().fetchCount(BOOKING)).isZero();
      insert(scope.dsl(), 1);
      assertThat(scope.dsl().fetchCount(BOOKING)).isEqualTo(1);
      assertThat(onStandby(scope.dsl())).isFalse();
    });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void transaction_rolledBack_leavesNoRow() {
    assertThatThrownBy(() ->
            jooq.transaction(scope -> {
              insert(scope.dsl(), 1);
              throw new IllegalStateException("application");
            }))
        .hasMessage("application");

    assertThat(database.rows()).isZero();
  }

  @Test
  void nestedTransaction_rolledBack_keepsTheOuterWrite() {
    jooq.transaction(outer -> {
      insert(outer.dsl(), 1);
      assertThatThrownBy(() ->
              outer
                  .dsl()
                  .transaction(inner -> {
                    insert(inner.dsl(), 2);
                    throw new IllegalStateException("application");
                  }))
          .hasMessage("application");
    });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void connection_readOnlyTransactionThenAWritingOne_changesTheNode() throws SQLException {
    database.insertAndReplay(1);
    try (Connection connection = database.source().getConnection()) {
      DSLContext dsl = DSL.using(connection, SQLDialect.POSTGRES);
      connection.setReadOnly(true);
      dsl.transaction(scope -> {
        assertThat(onStandby(scope.dsl())).isTrue();
        assertThat(scope.dsl().fetchCount(BOOKING)).isEqualTo(1);
      });

      connection.setReadOnly(false);
      dsl.transaction(scope -> {
        assertThat(onStandby(scope.dsl())).isFalse();
        insert(scope.dsl(), 2);
        assertThat(scope.dsl().fetchCount(BOOKING)).isEqualTo(2);
      });
    }

    assertThat(database.rows()).isEqualTo(2);
  }

  @Test
  void lazyCursor_onTheStandby_givesItsConnectionBack() {
    database.insertAndReplay(1);
    database.insertAndReplay(2);
    ReadIntent.REPLICA.run(() ->
        jooq.transaction(scope -> {
          List<Long> ids = new ArrayList<>();
          try (Cursor<?> bookings =
              scope.dsl().select(ID).from(BOOKING).orderBy(ID).fetchSize(1).fetchLazy()) {
            bookings.forEach(row -> ids.add(row.get(ID)));
          }
          assertThat(ids).containsExactly(1L, 2L);
          assertThat(onStandby(scope.dsl())).isTrue();
        }));
  }

  /** jOOQ has statements that stay open between executions. */
  @Test
  void keptStatement_executedTwice_isClosedInTheEnd() throws SQLException {
    database.insertAndReplay(1);
    try (Connection connection = database.source().getConnection()) {
      connection.setReadOnly(true);
      DSLContext dsl = DSL.using(connection, SQLDialect.POSTGRES);
      dsl.transaction(scope -> {
        var kept = scope.dsl().selectCount().from(BOOKING).keepStatement(true);
        assertThat(kept.fetchSingle(0)).isEqualTo(1);
        assertThat(kept.fetchSingle(0)).isEqualTo(1);
        kept.close();
      });
      connection.setReadOnly(false);
      dsl.transaction(scope -> insert(scope.dsl(), 2));
    }

    assertThat(database.rows()).isEqualTo(2);
  }
}
