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
 * A topology in the table {@code tenfold_topology} of PostgreSQL 12 or later. Each version is a row
 * that is inserted once and never changed. The highest version is in force.
 *
 * <pre>{@code
 * TopologyTable table = TopologyTable.postgres(dataSource, "orders");
 * table.createSchema();                                        // or run ddl() as a migration
 * table.publish(Topology.parse(table.load()).evolve().add("s3", 1000).build());
 * TopologyWatch watch = TopologyWatch.builder(table).build();  // in every process that routes
 * }</pre>
 *
 * <p><b>Guarantees.</b> The insertion of its row publishes a version. The insertion succeeds only
 * if the version before is the highest one in the table, or the table has no version. So of all
 * processes that evolve the same version at once, one publishes; the others collide with its row,
 * by the primary key, and get a {@link TopologyException}. A version that moves more slots than the
 * quotas demand, because it was built anew and not evolved, is refused. The rows are a history
 * without gaps: what was published, when, and by which user.
 *
 * <p><b>No guarantees.</b> A version is not necessarily evolved from the very one that it follows:
 * a process that evolves twice and publishes only the second version can skip a version of another
 * process. Publish each version, and evolve the result of {@link #load}. Two <em>first</em>
 * topologies of different versions can both be inserted at once; then the higher one is in force.
 * Rows are not removed: a row takes the size of its text, usually some kilobytes, and all rows but
 * that of the highest version can be deleted.
 *
 * <p>The data source must connect to the primary: a replica shows versions that go back. A
 * statement has a timeout of 5 seconds, or of what is left of the caller's {@link Deadline} if that
 * is less (rounded up to a whole second), and the connection is cut half a second later. If the
 * server hangs, the attempt of the driver to cancel comes on top (pgjdbc: {@code
 * cancelSignalTimeout}, 10 s by default). The pool limits the wait for a connection. Connections
 * are returned with the autocommit and the network timeout that they had.
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
      "SELECT body, version FROM tenfold_topology WHERE name = ? ORDER BY version DESC LIMIT 1";
  // The rule of Topology.succeeds, and that the version is the very next one. A transaction that
  // inserts the same version at the same time is waited for; then nothing is inserted.
  private static final String PUBLISH =
      """
      INSERT INTO tenfold_topology (name, version, slots, checksum, body)
      SELECT n.name, n.version, n.slots, n.checksum, n.body
        FROM (SELECT ?::varchar, ?::bigint, ?::integer, ?::char(16), ?::text)
             AS n (name, version, slots, checksum, body)
             LEFT JOIN LATERAL (SELECT t.version, t.slots FROM tenfold_topology t
                                 WHERE t.name = n.name ORDER BY t.version DESC LIMIT 1)
             AS latest ON true
       WHERE latest.version IS NULL
          OR (latest.version = n.version - 1 AND latest.slots = n.slots)
      ON CONFLICT (name, version) DO NOTHING
      """;
  private static final String PREVIOUS =
      "SELECT body FROM tenfold_topology WHERE name = ? AND version = ? AND slots = ?";
  private static final String CONFLICTING =
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
   * Returns the table of a topology in PostgreSQL. Opens no connection.
   *
   * @param dataSource connects to the primary
   * @param topologyName the name of the topology; the table can have rows of other topologies
   * @return the table
   */
  public static TopologyTable postgres(DataSource dataSource, String topologyName) {
    return new TopologyTable(dataSource, topologyName);
  }

  /**
   * Returns the statement that creates the table, for a migration tool. A second run changes
   * nothing.
   *
   * @return SQL, ended by a semicolon
   */
  public String ddl() {
    return DDL;
  }

  /**
   * Creates the table in the first schema of the search path, unless it exists. Any number of
   * processes can do so at the same time.
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
   * @return the text of the highest version
   * @throws TopologyException if no version of the topology was published, or the row has the text
   *     of another version
   * @throws SQLException if the database refuses or does not respond in time
   */
  @Override
  public String load() throws SQLException {
    return run(connection -> {
      try (PreparedStatement statement = prepare(connection, LOAD)) {
        statement.setString(1, name);
        try (ResultSet row = statement.executeQuery()) {
          if (!row.next()) {
            throw new TopologyException(
                "tenfold_topology has no topology " + name + "; publish its first version", null);
          }
          return requireOwn(row.getString(1), row.getLong(2));
        }
      }
    });
  }

  /** Refuses a text of another version or name than its row, which a change by hand leaves. */
  private String requireOwn(String text, long version) {
    Topology topology;
    try {
      topology = Topology.parse(text);
    } catch (IllegalArgumentException unreadable) {
      return text; // the reader of the text says what is wrong with it
    }
    if (topology.version() != version || !topology.name().equals(name)) {
      throw new TopologyException(
          "tenfold_topology has "
              + describe(topology)
              + " in the row of topology "
              + name
              + " v"
              + version,
          null);
    }
    return text;
  }

  /**
   * Publishes a version, in a transaction of its own.
   *
   * @param topology the first version, or the version after the highest one in the table
   * @return true if this call published the version, false if the table had it already, for example
   *     after a publication whose response was lost
   * @throws TopologyException if the table has another topology of this version, if the version
   *     before is missing or not the highest, if the number of slots differs, or if more slots
   *     would move than the quotas demand; the message names both topologies
   * @throws IllegalArgumentException if the topology has another name
   * @throws SQLException if the database refuses or does not respond in time; the version may have
   *     been published all the same, which a further {@code publish} shows
   */
  public boolean publish(Topology topology) throws SQLException {
    if (!topology.name().equals(name)) {
      throw new IllegalArgumentException(
          "topology " + topology.name() + " cannot be published as " + name);
    }
    SQLException conflict = null;
    try {
      boolean inserted =
          run(connection -> {
            requireEvolved(connection, topology);
            return insert(connection, topology);
          });
      if (inserted) {
        return true;
      }
    } catch (SQLException failure) { // a race under a stricter isolation level
      if (!COULD_NOT_SERIALIZE.equals(failure.getSQLState())) {
        throw failure;
      }
      conflict = failure;
    }
    Published published = run(connection -> conflicting(connection, topology.version()));
    if (published.version == topology.version() && published.checksum.equals(topology.checksum())) {
      return false;
    }
    if (conflict != null && published.version < topology.version()) {
      throw conflict; // the other transaction was rolled back: the caller can try again
    }
    throw new TopologyException(
        describe(topology)
            + " cannot follow v"
            + published.version
            + " (checksum "
            + published.checksum
            + ") in tenfold_topology: "
            + published.objection(topology),
        conflict);
  }

  private static String describe(Topology topology) {
    return "topology "
        + (topology.name() + " v" + topology.version())
        + (" (checksum " + topology.checksum() + ")");
  }

  private void requireEvolved(Connection connection, Topology topology) throws SQLException {
    try (PreparedStatement statement = prepare(connection, PREVIOUS)) {
      statement.setString(1, name);
      statement.setLong(2, topology.version() - 1);
      statement.setInt(3, topology.slots());
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          TopologyHistory.of(List.of(Topology.parse(row.getString(1)), topology));
        }
      }
    } catch (IllegalArgumentException notEvolved) {
      throw new TopologyException("tenfold_topology: " + notEvolved.getMessage(), notEvolved);
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

  private Published conflicting(Connection connection, long version) throws SQLException {
    try (PreparedStatement statement = prepare(connection, CONFLICTING)) {
      statement.setString(1, name);
      statement.setLong(2, version);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new SQLException(
              "the rows of topology " + name + " were deleted while a version was published",
              "40001");
        }
        return new Published(row.getLong(1), row.getInt(2), row.getString(3));
      }
    }
  }

  /** The row of the version to publish, or else of the highest version. */
  private record Published(long version, int slots, String checksum) {
    /**
     * Returns why a topology cannot follow this row, in the words of the package-private
     * VersionRules.
     */
    String objection(Topology topology) {
      if (version == topology.version()) {
        return "it is another topology of the same version, so two were evolved at once, or one was"
            + " built anew instead of evolved";
      }
      if (version > topology.version()) {
        return "its version goes back";
      }
      return slots == topology.slots()
          ? "the versions in between must be published first"
          : "it has "
              + topology.slots()
              + " slots, not "
              + slots
              + "; the number of slots cannot change";
    }
  }

  private interface Transaction<T> {
    T run(Connection connection) throws SQLException;
  }

  /** Runs a transaction and commits it. */
  @SuppressWarnings("try") // the bound holds from its opening to its close
  private <T> T run(Transaction<T> transaction) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        NetworkBound bound = NetworkBound.of(connection, seconds())) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try {
        T result = transaction.run(connection);
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
    long max = Duration.ofSeconds(TIMEOUT_SECONDS).toNanos();
    long nanos = Deadline.clipNanos(max);
    return (int) Math.max(1, Duration.ofNanos(nanos).plusNanos(999_999_999).toSeconds());
  }

  @Override
  public String toString() {
    return "TopologyTable[" + name + "]";
  }
}
