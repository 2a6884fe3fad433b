// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.sharding.jdbc.LagProbe;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link LagProbe}, as tests on real servers: a primary, a replica of it, a server
 * that was a replica of it and was promoted, and a server that has nothing to do with them.
 *
 * <ol>
 *   <li>A position of the primary covers every transaction that was committed before the question,
 *       whatever its durability setting.
 *   <li>A position of a replica covers what its readers see: what was replayed, not what was
 *       received.
 *   <li>A replica that has replayed everything reaches the position of an idle primary.
 *   <li>Positions of different histories reach each other in neither direction: of another cluster,
 *       and of a log that a failover has forked off.
 *   <li>A failover stays in the cluster and raises the timeline.
 *   <li>A server says in which role it is now, and the same identity on each of its connections.
 *   <li>The flushed offset covers every commit that returned {@code flushDelay} ago.
 *   <li>What cannot be known is an {@link SQLException}, never a guess and never an earlier answer:
 *       a closed connection.
 *   <li>A probe is stateless: one probe serves every server, and threads may share it.
 *   <li>A probe leaves the statement open, and its settings and those of its connection alone. It
 *       writes nothing: it works on a connection that only reads.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 60 seconds.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class LagProbeContract {
  private static final String COVERS =
      "a position of the primary covers every transaction that was committed before the question";
  private static final String PAUSED =
      "a replica that does not replay does not reach a later commit: the position of the primary"
          + " covers it, and that of the replica covers what was replayed, not what was received";
  private static final String ROLE = "a server says in which role it is now: ";

  private LagProbe probe;

  /** Creates the contract. */
  protected LagProbeContract() {}

  /**
   * Returns the probe under test.
   *
   * @return a probe
   */
  protected abstract LagProbe probe();

  /**
   * Returns the server that takes writes.
   *
   * @return the primary
   */
  protected abstract DataSource primary();

  /**
   * Returns a server that follows the primary.
   *
   * @return the replica
   */
  protected abstract DataSource replica();

  /**
   * Returns a primary whose log was forked off the primary's: a former replica that was promoted.
   *
   * @return the promoted server
   */
  protected abstract DataSource promoted();

  /**
   * Returns a primary of another cluster, whose log is about as long as the primary's.
   *
   * @return the stranger
   */
  protected abstract DataSource stranger();

  /**
   * Commits something on the primary, by the weakest setting of durability that an application may
   * choose: the commit returns before the log is on disk, if the database can do that.
   *
   * @throws SQLException if it cannot
   */
  protected abstract void write() throws SQLException;

  /** Makes the replica hold its present state, though it still receives what is written. */
  protected abstract void pauseReplay();

  /** Lets the replica go on. */
  protected abstract void resumeReplay();

  /** Returns when the replica has received what was written so far, replayed or not. */
  protected abstract void awaitReceived();

  /**
   * Waits, for some seconds at most, and fails if the condition stays false.
   *
   * @param what the condition in words
   * @param condition what must become true
   */
  protected abstract void await(String what, Callable<Boolean> condition);

  @BeforeEach
  final void makeProbe() {
    probe = probe();
  }

  private Reading read(DataSource server) throws SQLException {
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement()) {
      return probe.read(statement);
    }
  }

  /**
   * Asks the primary.
   *
   * @return its position
   * @throws SQLException if it cannot be known
   */
  protected final Position primaryPosition() throws SQLException {
    return read(primary()).position();
  }

  /**
   * Asks the replica.
   *
   * @return its position
   * @throws SQLException if it cannot be known
   */
  protected final Position replicaPosition() throws SQLException {
    return read(replica()).position();
  }

  private void awaitReplayed(Position position) {
    await(
        "a replica that has replayed everything reaches the position of an idle primary",
        () -> replicaPosition().reaches(position));
  }

  private static void assertReaches(String duty, Position position, Position there) {
    assertThat(position.reaches(there))
        .as(duty)
        .withFailMessage(() -> position + " does not reach " + there)
        .isTrue();
  }

  private static void assertDoesNotReach(String duty, Position position, Position there) {
    assertThat(position.reaches(there))
        .as(duty)
        .withFailMessage(() -> position + " reaches " + there)
        .isFalse();
  }

  @Test
  void primaryPosition_betweenWrites_rises() throws SQLException {
    for (int i = 0; i < 20; i++) {
      Position before = primaryPosition();
      write();
      Position after = primaryPosition();

      assertReaches("a position of the primary never falls", after, before);
      assertDoesNotReach(COVERS, before, after);
    }
  }

  @Test
  void replicaPosition_healthy_reachesThePrimary() throws SQLException {
    write();
    awaitReplayed(primaryPosition());
  }

  @Test
  void replicaPosition_idlePrimary_reachesALaterSample() throws SQLException {
    write();
    awaitReplayed(primaryPosition());
    awaitReplayed(primaryPosition());
  }

  @Test
  void replicaPosition_replayPaused_doesNotReachALaterWrite() throws SQLException {
    for (int i = 0; i < 3; i++) {
      write();
      Position before = primaryPosition();
      awaitReplayed(before);
      pauseReplay();
      Position written;
      try {
        write();
        written = primaryPosition();
        assertDoesNotReach(PAUSED, replicaPosition(), written);
        awaitReceived();
        Position held = replicaPosition();
        assertDoesNotReach(PAUSED, held, written);
        assertReaches("a replica that holds its state still reaches it", held, before);
      } finally {
        resumeReplay();
      }
      awaitReplayed(written);
    }
  }

  @Test
  void positions_ofAnotherCluster_areNotComparable() throws SQLException {
    write();
    assertApart("another cluster", primaryPosition(), read(stranger()).position());
    assertApart("another cluster", replicaPosition(), read(stranger()).position());
  }

  @Test
  void positions_afterAFailover_areNotComparable() throws SQLException {
    write();
    assertApart(
        "a log that a failover has forked off", primaryPosition(), read(promoted()).position());
    assertApart(
        "a log that a failover has forked off", replicaPosition(), read(promoted()).position());
  }

  private static void assertApart(String why, Position one, Position other) {
    String duty = "positions of different histories reach each other in neither direction: " + why;
    assertDoesNotReach(duty, one, other);
    assertDoesNotReach(duty, other, one);
  }

  @Test
  void role_ofEveryServer_isThatOfNow() throws SQLException {
    for (int i = 0; i < 2; i++) { // an earlier answer is no excuse
      assertThat(read(primary()).standby()).as(ROLE + "a primary").isFalse();
      assertThat(read(replica()).standby()).as(ROLE + "a replica").isTrue();
      assertThat(read(promoted()).standby()).as(ROLE + "a replica that was promoted").isFalse();
    }
  }

  @Test
  void timeline_ofAPromotedReplica_isHigher() throws SQLException {
    Position before = primaryPosition();
    Position promoted = read(promoted()).position();
    assertThat(promoted.cluster())
        .as("a failover stays in the cluster")
        .isEqualTo(before.cluster());
    assertThat(promoted.timeline())
        .as("a failover raises the timeline")
        .isGreaterThan(before.timeline());
  }

  @Test
  void server_ofEveryConnection_isOneForOneServer() throws SQLException {
    String duty = "the server is the same for two connections to one running server";
    assertThat(read(primary()).server()).as(duty).isEqualTo(read(primary()).server());
    assertThat(read(replica()).server()).as(duty).isEqualTo(read(replica()).server());
    String other = "the server is another one on any other server";
    assertThat(read(replica()).server()).as(other).isNotEqualTo(read(primary()).server());
    assertThat(read(promoted()).server()).as(other).isNotEqualTo(read(replica()).server());
    assertThat(read(stranger()).server()).as(other).isNotEqualTo(read(primary()).server());
  }

  @Test
  void flushedOffset_afterItsDelay_coversTheCommit() throws SQLException {
    write();
    Position written = primaryPosition();
    Duration delay = read(primary()).flushDelay();
    await(
        "the flushed offset covers a commit that returned flushDelay (" + delay + ") ago",
        () -> read(primary()).flushedOffset() >= written.offset());
    assertThat(read(primary()).flushedOffset())
        .as("the flushed offset is not above the position")
        .isLessThanOrEqualTo(primaryPosition().offset());
  }

  @Test
  void reading_connectionLost_isRefused() throws SQLException {
    String duty = "a lost connection is an SQLException, never an earlier answer";
    for (DataSource server : List.of(primary(), replica())) {
      read(server);
      try (Connection connection = server.getConnection();
          Statement statement = connection.createStatement()) {
        connection.close();
        assertThatThrownBy(() -> probe.read(statement), duty).isInstanceOf(SQLException.class);
      }
    }
  }

  @Test
  void reading_afterwards_statementAndConnectionAreAsBefore() throws SQLException {
    assertLeftAlone(primary());
    assertLeftAlone(replica());
  }

  private void assertLeftAlone(DataSource server) throws SQLException {
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      statement.setQueryTimeout(7);
      statement.setMaxRows(3);
      assertThatCode(() -> probe.read(statement))
          .as("a probe writes nothing: it works on a connection that only reads")
          .doesNotThrowAnyException();

      String duty = "a probe leaves the statement and its connection as it found them: ";
      assertThat(statement.isClosed()).as(duty + "closed").isFalse();
      assertThat(statement.getQueryTimeout()).as(duty + "query timeout").isEqualTo(7);
      assertThat(statement.getMaxRows()).as(duty + "rows").isEqualTo(3);
      assertThat(connection.isClosed()).as(duty + "connection closed").isFalse();
      assertThat(connection.isReadOnly()).as(duty + "read-only").isTrue();
      assertThat(connection.getAutoCommit()).as(duty + "auto-commit").isFalse();
      connection.rollback();
    }
  }

  @Test
  void probe_sharedByThreads_confusesNothing() throws SQLException {
    Position ofThePrimary = primaryPosition();
    Position ofTheStranger = read(stranger()).position();
    Threads.together(
        "threads may share a probe",
        (thread, round) -> {
          String duty = "threads may share a probe: every answer is of the server that was asked";
          if (thread % 2 == 0) {
            Position again = primaryPosition();
            assertThat(again.cluster()).as(duty).isEqualTo(ofThePrimary.cluster());
            assertReaches(duty, again, ofThePrimary);
          } else {
            Position again = read(stranger()).position();
            assertThat(again.cluster()).as(duty).isEqualTo(ofTheStranger.cluster());
            assertReaches(duty, again, ofTheStranger);
          }
        });
  }
}
