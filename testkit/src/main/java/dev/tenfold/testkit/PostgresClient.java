// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The fixture as a client of its own server. It waits at most half a minute for an answer, so that
 * a paused server fails a test instead of hanging it.
 */
final class PostgresClient {
  private static final int ANSWER_SECONDS = 30;
  private static final Duration EFFECT_TIMEOUT = Duration.ofSeconds(60);

  private final Supplier<String> url;

  PostgresClient(Supplier<String> url) {
    this.url = url;
  }

  /**
   * Opens a session.
   *
   * @throws FixtureException if the server does not accept it
   */
  Session open() {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(url.get());
    dataSource.setConnectTimeout(ANSWER_SECONDS);
    dataSource.setSocketTimeout(ANSWER_SECONDS);
    String address = "127.0.0.1:" + dataSource.getPortNumbers()[0];
    try {
      return new Session(dataSource.getConnection(), address);
    } catch (SQLException e) {
      throw new FixtureException("cannot connect to " + address + ": " + e.getMessage(), e);
    }
  }

  /** Runs a statement in a session of its own. Returns the first value; empty if there is none. */
  String ask(String sql) {
    try (Session session = open()) {
      return session.ask(sql);
    }
  }

  /** Asks in ever new sessions until the server gives the wanted answer. */
  void await(String what, String sql, String wanted) {
    await(what, () -> ask(sql).equals(wanted));
  }

  /** Waits for an effect; throws a {@code FixtureException} if it does not come. */
  static void await(String what, Callable<Boolean> condition) {
    try {
      Await.until(what, EFFECT_TIMEOUT, condition);
    } catch (AssertionError late) {
      String notYet = late.getCause() == null ? "" : "; " + late.getCause().getMessage();
      throw new FixtureException(late.getMessage() + notYet, late);
    }
  }

  /** A session, for statements that need the same one. */
  record Session(Connection connection, String address) implements AutoCloseable {

    /** Runs a statement. Returns its first row; empty without a row or a result. */
    List<@Nullable String> row(String sql) {
      List<@Nullable String> row = new ArrayList<>();
      try (Statement statement = connection.createStatement()) {
        if (statement.execute(sql)) {
          ResultSet result = statement.getResultSet();
          int columns = result.next() ? result.getMetaData().getColumnCount() : 0;
          for (int column = 1; column <= columns; column++) {
            row.add(result.getString(column));
          }
        }
        return row;
      } catch (SQLException e) {
        throw new FixtureException(address + " refused: " + sql + ": " + e.getMessage(), e);
      }
    }

    /** Runs a statement. Returns the first value; empty if there is none, or if it is null. */
    String ask(String sql) {
      List<@Nullable String> row = row(sql);
      String first = row.isEmpty() ? null : row.get(0);
      return first == null ? "" : first;
    }

    @Override
    public void close() {
      try {
        connection.close();
      } catch (SQLException ended) {
        // The session is of no further use.
      }
    }
  }
}
