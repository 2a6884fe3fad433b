// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.testkit.PostgresFixture;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same scripts of JDBC calls on a plain pool of the primary and on the data source, in a scope:
 * the same results, and the same SQLStates. Left out is what differs on purpose: a write in
 * auto-commit mode on a read-only connection, which the driver lets pass; {@code setReadOnly} that
 * changes nothing, which the driver refuses in a transaction; and the SQLState of a closed
 * connection, which HikariCP leaves out.
 */
@Timeout(90)
@ExtendWith(SharedServers.class)
class RawPoolDifferentialIT {
  private static final int SCRIPTS = 60;
  private static final int STEPS = 40;

  private final PostgresFixture servers;

  RawPoolDifferentialIT(PostgresFixture servers) {
    this.servers = servers;
  }

  @ParameterizedTest(name = "pools with autoCommit={0}")
  @ValueSource(booleans = {true, false})
  void scripts_onAPoolAndOnTheDataSource_haveTheSameResults(boolean autoCommit)
      throws SQLException {
    RealCluster.run(servers.primary(), "drop table if exists raw");
    RealCluster.run(servers.primary(), "create table raw (id int primary key, version bigint)");
    try (RealCluster cluster =
        RealCluster.open(servers, options -> options.pool(p -> p.setAutoCommit(autoCommit)))) {
      for (int seed = 0; seed < SCRIPTS; seed++) {
        RealCluster.run(servers.primary(), "delete from raw", "delete from note");
        List<String> expected =
            new Script(cluster.pools.get("primary"), "raw", seed, autoCommit).run();
        List<String> actual;
        try (ConsistencyScope scope = cluster.dataSource.openScope(Tokens.JUST_NOW)) {
          actual = new Script(cluster.dataSource, "note", seed, autoCommit).run();
        }
        assertThat(actual).as("script %s", seed).isEqualTo(expected);
      }
    } finally {
      RealCluster.run(servers.primary(), "drop table raw");
    }
  }

  /** A script that depends on its seed alone, never on what a call returned. */
  private static final class Script {
    private final DataSource source;
    private final String table;
    private final Random random;
    private final boolean poolMode;
    private final List<String> results = new ArrayList<>();
    private Connection connection;
    private Savepoint savepoint;
    private boolean autoCommit;
    private boolean readOnly;

    Script(DataSource source, String table, int seed, boolean poolMode) {
      this.source = source;
      this.table = table;
      this.random = new Random(seed);
      this.poolMode = poolMode;
    }

    private interface Call {
      Object get() throws SQLException;
    }

    private interface Step {
      void run() throws SQLException;
    }

    private void result(String name, Call call) {
      String result;
      try {
        result = String.valueOf(call.get());
      } catch (SQLException refused) {
        result = refused.getSQLState();
      }
      results.add(results.size() + " " + name + ": " + result);
    }

    private boolean done(String name, Step step) {
      int before = results.size();
      result(
          name,
          () -> {
            step.run();
            return "done";
          });
      return results.get(before).endsWith("done");
    }

    List<String> run() throws SQLException {
      open();
      for (int i = 0; i < STEPS; i++) {
        step(random.nextInt(20), random.nextInt(8));
      }
      connection.close();
      return results;
    }

    private void open() throws SQLException {
      connection = source.getConnection();
      savepoint = null;
      autoCommit = poolMode;
      readOnly = false;
    }

    private void step(int kind, int value) throws SQLException {
      switch (kind) {
        case 0, 1 -> setAutoCommit(value % 2 == 0);
        case 2, 3 -> setReadOnly(!readOnly);
        case 4 -> result("isolation", () -> isolate(value));
        case 5, 6, 7 -> insert(value);
        case 8, 9 -> result("count", () -> text("select count(*), sum(version) from " + table));
        case 10 -> result("nonsense", () -> text("select nonsense"));
        case 11, 12 -> result("commit", () -> end(connection::commit));
        case 13 -> result("rollback", () -> end(connection::rollback));
        case 14 -> savepoint();
        case 15 -> result("questions", this::questions);
        case 16 -> result("prepared", () -> prepared(value));
        case 17 -> result("closed by its result", this::closedByItsResult);
        case 18 -> result("function", this::function);
        default -> reopen(value);
      }
    }

    private void setAutoCommit(boolean wanted) {
      if (done("autoCommit " + wanted, () -> connection.setAutoCommit(wanted))) {
        autoCommit = wanted;
      }
    }

    private void setReadOnly(boolean wanted) {
      if (done("readOnly " + wanted, () -> connection.setReadOnly(wanted))) {
        readOnly = wanted;
      }
    }

    private Object isolate(int value) throws SQLException {
      int[] levels = {
        Connection.TRANSACTION_READ_COMMITTED,
        Connection.TRANSACTION_REPEATABLE_READ,
        Connection.TRANSACTION_SERIALIZABLE,
        Connection.TRANSACTION_READ_UNCOMMITTED,
      };
      connection.setTransactionIsolation(levels[value % levels.length]);
      return connection.getTransactionIsolation();
    }

    private void insert(int value) {
      if (!(readOnly && autoCommit)) {
        String sql = "insert into " + table + " values (" + value + ", 1)";
        result("insert " + value, () -> update(sql));
      }
    }

    private int update(String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        return statement.executeUpdate(sql);
      }
    }

    private String text(String sql) throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return row.getString(1) + (row.getMetaData().getColumnCount() > 1 ? row.getString(2) : "");
      }
    }

    private Object end(Step step) throws SQLException {
      savepoint = null;
      step.run();
      return "done";
    }

    private void savepoint() {
      Savepoint last = savepoint;
      if (last == null) {
        result(
            "savepoint",
            () -> {
              savepoint = connection.setSavepoint("here");
              return savepoint.getSavepointName();
            });
      } else {
        result("back", () -> end(() -> connection.rollback(last)));
      }
    }

    private Object questions() throws SQLException {
      return List.of(
          connection.getAutoCommit(),
          connection.isReadOnly(),
          connection.isClosed(),
          connection.isValid(5),
          connection.getMetaData().getDatabaseProductName(),
          connection.getHoldability(),
          connection.nativeSQL("select {fn abs(1)}"),
          connection.getNetworkTimeout());
    }

    private Object prepared(int value) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement("select ?::int + 1")) {
        statement.setInt(1, value);
        statement.setQueryTimeout(7);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          return List.of(
              row.getInt(1),
              statement.getQueryTimeout(),
              statement.getConnection() == connection,
              statement.toString().contains("::int"));
        }
      }
    }

    private Object closedByItsResult() throws SQLException {
      Statement statement = connection.createStatement();
      statement.closeOnCompletion();
      try (ResultSet row = statement.executeQuery("select 1")) {
        row.next();
      }
      return statement.isClosed();
    }

    private Object function() throws SQLException {
      try (CallableStatement call = connection.prepareCall("{? = call upper(?)}")) {
        call.registerOutParameter(1, java.sql.Types.VARCHAR);
        call.setString(2, "x");
        call.execute();
        return call.getString(1);
      }
    }

    private void reopen(int value) throws SQLException {
      if (value < 4) {
        if (savepoint != null) { // HikariCP does not know that it begins a transaction
          result("end", () -> end(connection::rollback));
        }
        connection.close();
        open();
        result("after reopen", () -> List.of(connection.getAutoCommit(), connection.isReadOnly()));
      }
    }
  }
}
