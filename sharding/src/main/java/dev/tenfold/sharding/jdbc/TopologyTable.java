// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyException;
import dev.tenfold.sharding.TopologyHistory;
import dev.tenfold.sharding.TopologyLoader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * A topology in table {@code tenfold_topology} of PostgreSQL 12 or later: one row per version, each
 * written once and never changed. What holds is the highest version.
 *
 * <pre>{@code
 * TopologyTable table = TopologyTable.postgres(dataSource, "orders");
 * table.createSchema();                                        // or run ddl() as a migration
 * table.publish(Topology.parse(table.load()).evolve().add("s3", 2).build());
 * TopologyWatch watch = TopologyWatch.builder(table).build();  // in every process that routes
 * }</pre>
 *
 * <p>Guarantees. A version is published by the insertion of its row, which succeeds only if the
 * version before it is the highest there, or nothing is there yet. So of all who evolve the same
 * version at once one publishes; the others collide with its row, by the primary key, and are told
 * so. The rows are a history without gaps: who published what, and when.
 *
 * <p>A version that moves more slots than its quotas demand, as one does that was built anew and
 * not evolved, is refused. Not promised: that a topology was evolved from the very one that it
 * follows. Whoever evolves twice and publishes only the second may step over a version of somebody
 * else: publish each, and evolve from what {@link #load} answers. Two <em>first</em> topologies of
 * different versions at once may both get in; the higher one holds. Rows are not removed: one takes
 * as much as its text, usually some kilobytes, and all but the highest version may be deleted.
 *
 * <p>The data source must lead to the primary: a replica shows versions that go back. A statement
 * is given 5 seconds, or what is left of the caller's {@link Deadline} if that is less (rounded up
 * to a whole second), and the connection is cut half a second later; if the server stands still,
 * the driver's attempt to cancel comes on top (pgjdbc: {@code cancelSignalTimeout}, 10 s by
 * default). Waiting for a connection is bounded by the pool. Connections are given back as they
 * were, autocommit and network timeout included.
 *
 * <p>Thread-safe. Every method blocks for its statements; {@link #load} reads one row by the
 * primary key.
 */
public final class TopologyTable implements TopologyLoader {
  private static final int TIMEOUT_SECONDS = 5;
  private static final String DDL =
      """
      CREATE TABLE IF NOT EXISTS tenfold_topology (
        name         VARCHAR(128) COLLATE "C" NOT NULL,
        version      BIGINT NOT NULL,
        slots        INTEGER NOT NULL,
        checksum     CHAR(16) COLLATE "C" NOT NULL,
        body         TEXT NOT NULL CHECK (octet_length(body) <= 4194304),
        published_at TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
        published_by TEXT NOT NULL DEFAULT session_user,
        PRIMARY KEY (name, version)
      );
      """;
  private static final String LOAD =
      "SELECT body FROM tenfold_topology WHERE name = ? ORDER BY version DESC LIMIT 1";
  // Whoever inserts the same version meanwhile is waited for, and then nothing is inserted.
  private static final String PUBLISH =
      """
      INSERT INTO tenfold_topology (name, version, slots, checksum, body)
      SELECT n.name, n.version, n.slots, n.checksum, n.body
        FROM (SELECT ?::varchar, ?::bigint, ?::integer, ?::char(16), ?::text)
             AS n (name, version, slots, checksum, body)
             LEFT JOIN LATERAL (SELECT t.version, t.slots FROM tenfold_topology t
                                 WHERE t.name = n.name ORDER BY t.version DESC LIMIT 1)
             AS held ON true
       WHERE held.version IS NULL OR (held.version = n.version - 1 AND held.slots = n.slots)
      ON CONFLICT (name, version) DO NOTHING
      """;
  private static final String BEFORE =
      "SELECT body FROM tenfold_topology WHERE name = ? AND version = ? AND slots = ?";
  private static final String HELD =
      "SELECT version, slots, checksum FROM tenfold_topology"
          + " WHERE name = ? ORDER BY version = ? DESC, version DESC LIMIT 1";
  private static final String COULD_NOT_SERIALIZE = "40001";

  private final DataSource dataSource;
  private final String name;

  private TopologyTable(DataSource dataSource, String name) {
    this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Returns a topology's rows in PostgreSQL. Nothing is connected yet.
   *
   * @param dataSource leads to the primary
   * @param topologyName whose rows are read and written; the table may hold others
   * @return the table
   */
  public static TopologyTable postgres(DataSource dataSource, String topologyName) {
    return new TopologyTable(dataSource, topologyName);
  }

  /**
   * Returns the statement that creates the table, for a migration tool. Running it again changes
   * nothing.
   *
   * @return SQL, ended by a semicolon
   */
  public String ddl() {
    return DDL;
  }

  /**
   * Creates the table in the first schema of the search path, if it is not there. Any number of
   * processes may do so at a time.
   *
   * @throws SQLException if the database refuses
   */
  public void createSchema() throws SQLException {
    run(connection -> {
      try (Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(seconds());
        // CREATE TABLE IF NOT EXISTS alone fails when two sessions run it at once.
        statement.execute(
            "SELECT pg_advisory_xact_lock(" + StableHash.hash("tenfold_topology") + ")");
        statement.execute(DDL);
        return true;
      }
    });
  }

  /**
   * Reads the highest version.
   *
   * @return its text
   * @throws TopologyException if nothing was published under the name
   * @throws SQLException if the database refuses or does not answer in time
   */
  @Override
  public String load() throws SQLException {
    return run(connection -> {
      try (PreparedStatement statement = prepare(connection, LOAD)) {
        statement.setString(1, name);
        try (ResultSet row = statement.executeQuery()) {
          if (!row.next()) {
            throw new TopologyException(
                "tenfold_topology holds no topology " + name + "; publish its first", null);
          }
          return row.getString(1);
        }
      }
    });
  }

  /**
   * Publishes a version, in a transaction of its own.
   *
   * @param topology one that follows the highest version there, or the first
   * @return true if this call published it, false if it was there already, as after a publication
   *     whose answer was lost
   * @throws TopologyException if another is there in its place, the version before it is not there
   *     or not the highest, the slots are others, or more of them would move than the quotas
   *     demand: naming both topologies
   * @throws IllegalArgumentException if the topology has another name
   * @throws SQLException if the database refuses or does not answer in time; the topology may have
   *     been published all the same, and publishing it again tells
   */
  public boolean publish(Topology topology) throws SQLException {
    if (!topology.name().equals(name)) {
      throw new IllegalArgumentException(
          "topology " + topology.name() + " cannot be published as " + name);
    }
    SQLException lost = null;
    try {
      boolean published =
          run(connection -> {
            requireEvolved(connection, topology);
            return insert(connection, topology);
          });
      if (published) {
        return true;
      }
    } catch (SQLException failure) { // what a race looks like under stricter isolation
      if (!COULD_NOT_SERIALIZE.equals(failure.getSQLState())) {
        throw failure;
      }
      lost = failure;
    }
    Held held = run(connection -> held(connection, topology.version()));
    if (held.version == topology.version() && held.checksum.equals(topology.checksum())) {
      return false;
    }
    if (lost != null && held.version < topology.version()) {
      throw lost; // to somebody who then rolled back: try again
    }
    throw new TopologyException(
        described(topology)
            + " cannot follow v"
            + held.version
            + " (checksum "
            + held.checksum
            + ") in tenfold_topology: "
            + held.objection(topology),
        lost);
  }

  private static String described(Topology topology) {
    return "topology "
        + (topology.name() + " v" + topology.version())
        + (" (checksum " + topology.checksum() + ")");
  }

  private void requireEvolved(Connection connection, Topology topology) throws SQLException {
    try (PreparedStatement statement = prepare(connection, BEFORE)) {
      statement.setString(1, name);
      statement.setLong(2, topology.version() - 1);
      statement.setInt(3, topology.slots());
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          TopologyHistory.of(List.of(Topology.parse(row.getString(1)), topology));
        }
      }
    } catch (IllegalArgumentException stranger) {
      throw new TopologyException("tenfold_topology: " + stranger.getMessage(), stranger);
    }
  }

  private static boolean insert(Connection connection, Topology topology) throws SQLException {
    try (PreparedStatement statement = prepare(connection, PUBLISH)) {
      statement.setString(1, topology.name());
      statement.setLong(2, topology.version());
      statement.setInt(3, topology.slots());
      statement.setString(4, topology.checksum());
      statement.setString(5, topology.text());
      return statement.executeUpdate() == 1;
    }
  }

  private Held held(Connection connection, long version) throws SQLException {
    try (PreparedStatement statement = prepare(connection, HELD)) {
      statement.setString(1, name);
      statement.setLong(2, version);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new SQLException(
              "rows of topology " + name + " went away while it was published", "40001");
        }
        return new Held(row.getLong(1), row.getInt(2), row.getString(3));
      }
    }
  }

  /** The row of the version in question, or else of the highest. */
  private record Held(long version, int slots, String checksum) {
    String objection(Topology topology) {
      if (version == topology.version()) {
        return "two were evolved at once, or one was built anew, and the other was published";
      }
      if (version > topology.version()) {
        return "its version goes back";
      }
      return slots == topology.slots()
          ? "publish the versions in between first"
          : "it has " + topology.slots() + " slots, not " + slots;
    }
  }

  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /** Runs a transaction. */
  @SuppressWarnings("try") // the bound holds from its opening to its close
  private <T> T run(Work<T> work) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        NetworkBound bound = NetworkBound.of(connection, seconds())) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try {
        T result = work.on(connection);
        connection.commit();
        connection.setAutoCommit(autoCommit);
        return result;
      } catch (SQLException | RuntimeException | Error failure) {
        undo(connection, autoCommit, failure);
        throw failure;
      }
    }
  }

  private static void undo(Connection connection, boolean autoCommit, Throwable failure) {
    try {
      connection.rollback();
      connection.setAutoCommit(autoCommit);
    } catch (SQLException second) {
      failure.addSuppressed(second);
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      statement.setQueryTimeout(seconds());
      return statement;
    } catch (SQLException | RuntimeException failure) {
      statement.close();
      throw failure;
    }
  }

  private static int seconds() {
    long most = Duration.ofSeconds(TIMEOUT_SECONDS).toNanos();
    long nanos = Deadline.clipNanos(most);
    return (int) Math.max(1, Duration.ofNanos(nanos).plusNanos(999_999_999).toSeconds());
  }

  @Override
  public String toString() {
    return "TopologyTable[" + name + "]";
  }
}
