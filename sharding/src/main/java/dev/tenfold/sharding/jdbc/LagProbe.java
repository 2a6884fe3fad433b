// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;

/**
 * Asks a database server who it is, which role it has, and how far its log goes. A {@link
 * ReadWriteDataSource} asks the primary and its replicas in turn, and computes from the readings
 * which replica may serve a read. The clocks of two hosts are never compared.
 *
 * <pre>{@code
 * ReadWriteDataSource.builder("orders").lagProbe(new PostgresLagProbe())      // the default
 * }</pre>
 *
 * <p><b>Guarantees</b> that an implementation gives. The contract test {@code LagProbeContract} of
 * this module's {@code tests} artifact tests them.
 *
 * <ul>
 *   <li>The position of a primary covers every transaction that was committed, or visible to any
 *       reader of the primary, before the question, whatever its durability setting.
 *   <li>The position of a standby covers only what its readers see: what was replayed, not what was
 *       received.
 *   <li>The flushed offset of a primary covers every transaction whose commit returned {@link
 *       Reading#flushDelay} before the question, or earlier.
 *   <li>A standby that has replayed everything reaches the position of an idle primary.
 *   <li>Positions of different histories reach each other in neither direction: those of another
 *       cluster, and those of a log that a failover has forked off. A failover raises the timeline.
 *   <li>The server is the same for two connections to one running server, under whatever name it
 *       was reached, and another one after a restart and on any other server.
 *   <li>What is unknown is an {@link SQLException}, never a guess and never an earlier answer: a
 *       null, a view that the user may not read, a lost connection.
 *   <li>A probe writes nothing, and leaves the statement open and its settings unchanged.
 * </ul>
 *
 * <p><b>No guarantees.</b> Positions of different histories cannot be compared.
 *
 * <p>Implementations are thread-safe and stateless. The data source calls them with a statement
 * whose query timeout is set, on a connection in auto-commit mode; the data source closes the
 * statement.
 */
public interface LagProbe {

  /**
   * Asks a server. One round trip is best.
   *
   * @param statement on the server
   * @return what the server says
   * @throws SQLException if any part of the answer is unknown
   */
  Reading read(Statement statement) throws SQLException;

  /**
   * What a server says about itself.
   *
   * @param server the identity of the running server, see the guarantees
   * @param standby whether the server only replays the log of another one
   * @param position of a primary: the end of its log; of a standby: what it has replayed
   * @param flushedOffset of a primary: the end of the log on its disk, at most the offset of {@code
   *     position}; of a standby: the offset of {@code position}
   * @param flushDelay of a primary: the longest time from the return of a commit to its flush
   * @param pooled whether something between this process and the server, such as PgBouncer, shares
   *     connections
   */
  record Reading(
      String server,
      boolean standby,
      Position position,
      long flushedOffset,
      Duration flushDelay,
      boolean pooled) {

    /** Creates a reading. The parameters are those of the record. */
    public Reading {
      Objects.requireNonNull(server, "server");
      Objects.requireNonNull(position, "position");
      Objects.requireNonNull(flushDelay, "flushDelay");
    }
  }

  /**
   * A position in a log.
   *
   * @param cluster the identity of the cluster: of a primary and of every server that was copied
   *     from it
   * @param timeline the number of the history within the cluster; higher after a failover
   * @param offset the offset in the log, as an unsigned number
   */
  record Position(String cluster, long timeline, long offset) {

    /** Creates a position. The parameters are those of the record. */
    public Position {
      Objects.requireNonNull(cluster, "cluster");
    }

    /**
     * Returns whether a reader at this position sees everything up to another one.
     *
     * @param other another position
     * @return true if both are of one history and this position is not behind
     */
    public boolean reaches(Position other) {
      return isOfHistory(other) && Long.compareUnsigned(offset, other.offset) >= 0;
    }

    /**
     * Returns whether two positions can be compared.
     *
     * @param other another position
     * @return true if the cluster and the timeline are equal
     */
    public boolean isOfHistory(Position other) {
      return timeline == other.timeline && cluster.equals(other.cluster);
    }
  }
}
