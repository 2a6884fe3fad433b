// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutedConnectionTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final StubPool primary = new StubPool("primary");
  private final StubPool replica = new StubPool("replica");
  private final StubPool primaryProbes = new StubPool("primary");
  private final StubPool replicaProbes = new StubPool("replica");
  private final StubProbe probe = new StubProbe();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final ReadWriteDataSource dataSource = dataSource();

  private ReadWriteDataSource dataSource() {
    for (StubPool pool : new StubPool[] {primary, replica, primaryProbes, replicaProbes}) {
      probe.at(pool, 100);
    }
    var built =
        ReadWriteDataSource.builder("orders")
            .primary(primary.dataSource(), node -> node.probeDataSource(primaryProbes.dataSource()))
            .replica(
                "replica",
                replica.dataSource(),
                node -> node.probeDataSource(replicaProbes.dataSource()))
            .lagProbe(probe)
            .executor(Runnable::run)
            .timeSource(time)
            .telemetry(telemetry)
            .build();
    time.advance(Duration.ZERO);
    return built;
  }

  private Connection connection() throws SQLException {
    return dataSource.getConnection();
  }

  private Connection reading() throws SQLException {
    Connection connection = connection();
    connection.setReadOnly(true);
    return connection;
  }

  @AfterEach
  void everyNode_afterEachTest_hasNothingInFlight() {
    for (String node : new String[] {"primary", "replica"}) {
      assertThat(telemetry.read("tenfold.sharding.inflight datasource=orders,node=" + node))
          .isZero();
    }
    dataSource.close();
    assertThat(primary.inUse() + replica.inUse()).isZero();
    assertThat(primaryProbes.inUse() + replicaProbes.inUse()).isZero();
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
      connection.createStatement().execute("x");
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
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setSchema("tenant");
      connection.setCatalog("books");
      connection.setHoldability(2);
      connection.setNetworkTimeout(Runnable::run, 700);
      connection.setClientInfo("ApplicationName", "test");
      assertThat(connection.getSchema()).isEqualTo("tenant");
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
      assertThat(replica.borrowed).isZero();

      for (StubPool pool : new StubPool[] {replica, primary}) {
        connection.createStatement().close();
        assertThat(pool.calls)
            .containsSubsequence(
                "setTransactionIsolation[4]",
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
  void autoCommit_poolsWithoutIt_isThatOfThePools() throws SQLException {
    primary.defaultAutoCommit = false;
    replica.defaultAutoCommit = false;
    try (Connection connection = connection()) {
      assertThat(connection.getAutoCommit()).isFalse();
      primary.calls.clear(); // the first question to the server is asked in auto-commit mode
      connection.createStatement().execute("insert");
      connection.rollback();
      assertThat(primary.calls).contains("rollback()").doesNotContain("setAutoCommit[true]");
    }
    try (Connection connection = reading()) {
      connection.createStatement().execute("x");
      assertRefused(connection, false, "25001");
      connection.commit();
    }
    try (Connection connection = connection()) {
      connection.setAutoCommit(true);
      connection.createStatement().close();
      assertThat(connection.getAutoCommit()).isTrue();
    }
  }

  @Test
  void autoCommit_poolsDisagree_isRefusedAtTheFirstBinding() throws SQLException {
    replica.defaultAutoCommit = false;
    try (Connection connection = connection()) {
      connection.createStatement().close();
    }
    try (Connection connection = reading()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(connection::createStatement)
          .withMessageContaining("the pool of node replica has autoCommit=false");
    }
  }

  @Test
  void commitAndRollback_inAutoCommit_areRefused() throws SQLException {
    try (Connection connection = connection()) {
      assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
    }
    int borrowed = primary.borrowed;
    try (Connection connection = connection()) {
      assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
      assertThatExceptionOfType(SQLException.class).isThrownBy(connection::rollback);
    }
    assertThat(primary.borrowed).as("the mode of the pools is known").isEqualTo(borrowed);
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
      assertThat(expected.getMessage()).contains(step);
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
      primary.calls.clear();
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

  /** A method that a later JDBC adds with a default is not known to a build for Java 17. */
  private static void assertOverridden(Class<?> wrapper, Class<?> type) {
    assertThat(Arrays.stream(type.getMethods()))
        .filteredOn(method -> !java.lang.reflect.Modifier.isStatic(method.getModifiers()))
        .filteredOn(method -> Runtime.version().feature() == 17 || !method.isDefault())
        .allSatisfy(method -> assertThat(implementation(wrapper, method).isDefault()).isFalse());
  }

  private static Method implementation(Class<?> wrapper, Method method) throws Exception {
    return wrapper.getMethod(method.getName(), method.getParameterTypes());
  }
}
