// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutedConnectionTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final StubPool primary = new StubPool("primary");
  private final StubPool replica = new StubPool("replica");
  private final Nodes nodes = nodes();

  private Nodes nodes() {
    Node node = new Node("replica", replica.dataSource(), true, 1);
    node.freshAsOf(0);
    return new Nodes(
        "orders",
        new Node("primary", primary.dataSource(), false, 1),
        java.util.List.of(node),
        Duration.ofSeconds(10).toNanos(),
        time,
        new Random(1));
  }

  private Connection connection() {
    return new RoutedConnection(nodes);
  }

  private Connection reading() throws SQLException {
    Connection connection = connection();
    connection.setReadOnly(true);
    return connection;
  }

  @AfterEach
  void everyNode_afterEachTest_hasNothingInFlight() {
    assertThat(primary.inUse() + replica.inUse()).isZero();
    assertThat(nodes.primary.inFlight() + nodes.replicas.get(0).inFlight()).isZero();
  }

  @Test
  void use_manyStatements_bindOnce() throws SQLException {
    try (Connection connection = reading()) {
      for (int i = 0; i < 3; i++) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("x");
        }
        connection.prepareStatement("x").close();
        connection.prepareCall("x").close();
        assertThat(connection.getMetaData()).isNull();
      }
    }
    assertThat(replica.borrowed).isEqualTo(1);
    assertThat(primary.borrowed).isZero();
  }

  @Test
  void setReadOnly_idle_givesBackAndBindsAnew() throws SQLException {
    try (Connection connection = reading()) {
      connection.createStatement().close();
      connection.setReadOnly(false);
      assertThat(replica.inUse()).isZero();
      connection.createStatement().close();
      assertThat(primary.inUse()).isEqualTo(1);
      connection.setReadOnly(true);
      assertThat(primary.inUse()).isZero();
      connection.createStatement().close();
      assertThat(replica.borrowed).isEqualTo(2);
    }
  }

  @Test
  void setReadOnly_inATransaction_isRefusedWith25001() throws SQLException {
    try (Connection connection = reading()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.executeQuery("x");
      }
      connection.setReadOnly(true); // no change
      assertRefused(connection, false, "25001");
      connection.rollback();
      connection.setReadOnly(false);
      connection.createStatement().close();
      assertThat(primary.inUse()).isEqualTo(1);
      assertRefused(connection, true, "25001");
      connection.commit();
      connection.setReadOnly(true);
    }
  }

  @Test
  void setReadOnly_preparedBeforeAndRunAfterACommit_isRefusedWith25001() throws SQLException {
    try (Connection connection = connection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement statement = connection.prepareStatement("x")) {
        statement.execute();
        connection.commit();
        statement.executeUpdate();
      }
      assertRefused(connection, true, "25001");
      connection.rollback();
    }
  }

  @Test
  void setReadOnly_statementOpen_staysOnThePrimaryAndRefusesOnAReplica() throws SQLException {
    try (Connection connection = connection()) {
      Statement open = connection.createStatement();
      connection.setReadOnly(true);
      assertThat(primary.inUse()).isEqualTo(1);
      assertThat(connection.isReadOnly()).isTrue();
      open.close();
      open.close();
    }
    try (Connection connection = reading()) {
      Statement open = connection.createStatement();
      assertRefused(connection, false, "HY010");
      open.close();
      connection.setReadOnly(false);
      assertThat(replica.inUse()).isZero();
    }
  }

  @Test
  void setReadOnly_unwrapped_staysWhereItIs() throws SQLException {
    try (Connection connection = reading()) {
      assertThat(connection.unwrap(StubPool.class)).isSameAs(replica);
      assertRefused(connection, false, "HY010");
    }
  }

  private static void assertRefused(Connection connection, boolean readOnly, String state) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> connection.setReadOnly(readOnly))
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(state));
  }

  @Test
  void settings_beforeBinding_areAppliedAtEveryBinding() throws SQLException {
    try (Connection connection = reading()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      connection.setSchema("tenant");
      connection.setCatalog("books");
      connection.setHoldability(2);
      connection.setNetworkTimeout(Runnable::run, 700);
      connection.setClientInfo("ApplicationName", "test");
      assertThat(connection.getSchema()).isEqualTo("tenant");
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
      assertThat(replica.borrowed).isZero();

      for (StubPool pool : new StubPool[] {replica, primary}) {
        connection.createStatement().close();
        assertThat(pool.calls)
            .containsSubsequence(
                "setTransactionIsolation[8]",
                "setCatalog[books]",
                "setSchema[tenant]",
                "setHoldability[2]",
                "setClientInfo[ApplicationName, test]",
                "setAutoCommit[false]",
                "createStatement()");
        assertThat(connection.getNetworkTimeout()).isEqualTo(700);
        connection.rollback();
        connection.setReadOnly(false);
      }
    }
  }

  @Test
  void clientInfo_clearedBeforeBinding_isClearedAtBinding() throws SQLException {
    Properties all = new Properties();
    all.setProperty("ClientUser", "ann");
    try (Connection connection = reading()) {
      connection.setClientInfo(all);
      connection.setClientInfo("ApplicationName", null);
      connection.createStatement().close();
    }
    assertThat(replica.calls)
        .containsSubsequence(
            "setClientInfo[{ClientUser=ann}]",
            "setClientInfo[ApplicationName, null]",
            "createStatement()");
  }

  @Test
  void autoCommit_poolWithoutIt_isOnUntilTurnedOff() throws SQLException {
    primary.defaultAutoCommit = false;
    try (Connection connection = connection()) {
      assertThat(connection.getAutoCommit()).isTrue();
      connection.createStatement().close();
      assertThat(primary.calls).containsSubsequence("setAutoCommit[true]", "createStatement()");
    }
  }

  @Test
  void commitAndRollback_unboundInAutoCommit_areRefused() throws SQLException {
    try (Connection connection = connection()) {
      assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
      assertThatExceptionOfType(SQLException.class).isThrownBy(connection::rollback);
    }
    assertThat(primary.borrowed).isZero();
  }

  @Test
  void close_twice_givesBackOnce() throws SQLException {
    Connection connection = connection();
    connection.createStatement().close();
    connection.close();
    connection.close();
    assertThat(connection.isClosed()).isTrue();
    assertThat(primary.returned).isEqualTo(1);
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(connection::createStatement)
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08003"));
    assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connection.setReadOnly(true));
    assertThat(connection.isValid(1)).isFalse();
  }

  @Test
  void abort_bound_abortsAndGivesBack() throws SQLException {
    Connection connection = connection();
    connection.createStatement().close();
    connection.abort(Runnable::run);
    assertThat(primary.calls).anyMatch(call -> call.startsWith("abort"));
    assertThat(primary.returned).isEqualTo(1);
    assertThat(connection.isClosed()).isTrue();
    connection.close();
    assertThat(primary.returned).isEqualTo(1);
  }

  @Test
  void abort_whileBinding_givesBackWhatArrives() throws SQLException {
    Connection connection = connection();
    primary.before.put("getAutoCommit", () -> abort(connection));
    assertThatExceptionOfType(SQLException.class).isThrownBy(connection::createStatement);
    assertThat(primary.borrowed).isEqualTo(1);
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "getConnection",
        "isReadOnly",
        "setReadOnly",
        "getAutoCommit",
        "setSchema",
        "setAutoCommit",
        "createStatement",
        "execute",
        "commit",
        "rollback",
        "close"
      })
  void anyStep_fails_givesTheConnectionBackOnce(String step) throws SQLException {
    replica.failing(step);
    primary.failing(step);
    try (Connection connection = reading()) {
      connection.setAutoCommit(false);
      connection.setSchema("s");
      try (Statement statement = connection.createStatement()) {
        statement.execute("x");
      }
      connection.commit();
      connection.rollback();
      assertThat(step).isEqualTo("close");
    } catch (SQLException expected) {
      assertThat(expected.getMessage()).startsWith(step);
    }
    assertThat(replica.returned).isEqualTo(replica.borrowed);
    assertThat(primary.returned).isEqualTo(primary.borrowed);
  }

  @Test
  void statements_getConnection_answerTheLogicalOne() throws SQLException {
    try (Connection connection = connection();
        Statement plain = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("x");
        CallableStatement callable = connection.prepareCall("x")) {
      assertThat(plain.getConnection()).isSameAs(connection);
      assertThat(prepared.getConnection()).isSameAs(connection);
      assertThat(callable.getConnection()).isSameAs(connection);
      assertThat(connection.unwrap(RoutedConnection.class)).isSameAs(connection);
    }
  }

  @Test
  void execute_underADeadline_clipsTheQueryTimeoutAndRestoresIt() throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(30);
      try (Ambient.Scope scope = Deadline.after(Duration.ofMillis(2500), time).open()) {
        statement.execute("x");
        assertThat(statement.getQueryTimeout()).isEqualTo(30);
        time.advance(Duration.ofSeconds(60));
        statement.execute("x");
      }
      statement.execute("x");
      assertThat(primary.calls.stream().filter(call -> call.startsWith("setQueryTimeout")))
          .containsExactly(
              "setQueryTimeout[30]",
              "setQueryTimeout[3]",
              "setQueryTimeout[1]",
              "setQueryTimeout[30]");
    }
  }

  @Test
  void wrappers_everyMethodOfTheirInterface_isOverridden() {
    assertOverridden(RoutedConnection.class, Connection.class);
    assertOverridden(RoutedStatement.class, Statement.class);
    assertOverridden(RoutedPreparedStatement.class, PreparedStatement.class);
    assertOverridden(RoutedCallableStatement.class, CallableStatement.class);
  }

  /** Default methods of JDBC that refuse or do nothing are not overridden. */
  private static void assertOverridden(Class<?> wrapper, Class<?> type) {
    assertThat(Arrays.stream(type.getMethods()))
        .filteredOn(method -> !java.lang.reflect.Modifier.isStatic(method.getModifiers()))
        .filteredOn(method -> !method.getName().matches("(begin|end)Request|setShardingKey.*"))
        .filteredOn(method -> Runtime.version().feature() == 17 || !method.isDefault())
        .allSatisfy(method -> assertThat(implementation(wrapper, method).isDefault()).isFalse());
  }

  private static Method implementation(Class<?> wrapper, Method method) throws Exception {
    return wrapper.getMethod(method.getName(), method.getParameterTypes());
  }
}
