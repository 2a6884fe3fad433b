// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/**
 * Reads the position of a database server in its log. A {@link ReadWriteDataSource} probes the
 * primary and its replicas in turn, and computes staleness from the positions with its own
 * monotonic clock: the clocks of two hosts are never compared.
 *
 * <pre>{@code
 * ReadWriteDataSource.builder("orders").lagProbe(new PostgresLagProbe())      // the default
 * }</pre>
 *
 * <p><b>Guarantees</b> that an implementation gives. The contract test {@code LagProbeContract} of
 * this module's {@code tests} artifact tests them.
 *
 * <ul>
 *   <li>A position of the primary covers every transaction that was committed before the probe,
 *       whatever its durability setting.
 *   <li>A position of a replica covers only what its readers see: what was replayed, not what was
 *       received.
 *   <li>A replica that has replayed everything reaches the position of an idle primary.
 *   <li>Positions of different histories reach each other in neither direction: those of another
 *       cluster, and those of a log that a failover has forked off.
 *   <li>An unknown position is an {@link SQLException}, never a guess and never an earlier answer:
 *       a server in the wrong role, a null, a view that the user may not read, a lost connection.
 *   <li>A probe writes nothing, and leaves the statement open and its settings unchanged.
 * </ul>
 *
 * <p><b>No guarantees.</b> Positions of different histories cannot be compared.
 *
 * <p>Implementations are thread-safe and stateless. The probing executor calls them with a
 * statement whose query timeout is set; the caller closes the statement.
 */
public interface LagProbe {

  /**
   * Reads the position of the primary.
   *
   * @param statement on the server that the primary's {@code DataSource} connects to
   * @return a position that covers every commit so far
   * @throws SQLException if the position is unknown, or the server is not a primary
   */
  Position primaryPosition(Statement statement) throws SQLException;

  /**
   * Reads the position of a replica.
   *
   * @param statement on the server that the replica's {@code DataSource} connects to
   * @return the position up to which readers of the replica see every commit
   * @throws SQLException if the position is unknown, or the server is not a replica
   */
  Position replicaPosition(Statement statement) throws SQLException;

  /**
   * A position in a log.
   *
   * @param history the identity of the log, which a failover that forks the log changes
   * @param offset the offset in the log, as an unsigned number
   */
  record Position(String history, long offset) {
    /**
     * Creates a position.
     *
     * @param history the identity of the log, which a failover that forks the log changes
     * @param offset the offset in the log, as an unsigned number
     */
    public Position {
      Objects.requireNonNull(history, "history");
    }

    /**
     * Returns whether a reader at this position sees everything up to another one.
     *
     * @param other another position
     * @return true if both are of one history and this position is not behind
     */
    public boolean reaches(Position other) {
      return history.equals(other.history) && Long.compareUnsigned(offset, other.offset) >= 0;
    }
  }
}
