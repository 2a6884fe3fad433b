// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/**
 * Asks a database how far its log has come. A {@link ReadWriteDataSource} asks the primary and its
 * replicas in turn and works out staleness from the answers with its own monotonic clock, so that
 * no two hosts' clocks are ever compared.
 *
 * <p>The rules:
 *
 * <ul>
 *   <li>A primary's position covers every transaction that was committed before the question was
 *       asked, whatever its durability setting.
 *   <li>A replica's position covers only what its readers can see: what was replayed, not what was
 *       received.
 *   <li>A replica that has replayed everything on an idle primary reaches the primary's position.
 *   <li>What cannot be known is an {@link SQLException}, never a guess: a server in the wrong role,
 *       a null, a view that the user may not read.
 * </ul>
 *
 * <p>Implementations are thread-safe and keep no state. They are called on the probing executor,
 * with a statement whose query timeout is set; the caller closes it. Prove one with {@code
 * LagProbeContract} of this module's {@code tests} artifact.
 */
public interface LagProbe {

  /**
   * Asks the primary.
   *
   * @param statement on the server that the primary's {@code DataSource} connects to
   * @return the position that every commit so far lies before
   * @throws SQLException if it cannot be known, or the server is not a primary
   */
  Position primaryPosition(Statement statement) throws SQLException;

  /**
   * Asks a replica.
   *
   * @param statement on the server that the replica's {@code DataSource} connects to
   * @return the position up to which its readers see everything
   * @throws SQLException if it cannot be known, or the server is not a replica
   */
  Position replicaPosition(Statement statement) throws SQLException;

  /**
   * A place in a log. Positions of different histories say nothing about each other.
   *
   * @param history which log, including what changes when a failover forks it
   * @param offset how far, as an unsigned number
   */
  record Position(String history, long offset) {
    /**
     * Checks that the history is there.
     *
     * @param history which log, including what changes when a failover forks it
     * @param offset how far, as an unsigned number
     */
    public Position {
      Objects.requireNonNull(history, "history");
    }

    /**
     * Says whether a reader here sees all that was written up to there.
     *
     * @param there another position
     * @return true if both are of one history and this is not behind
     */
    public boolean reaches(Position there) {
      return history.equals(there.history) && Long.compareUnsigned(offset, there.offset) >= 0;
    }
  }
}
