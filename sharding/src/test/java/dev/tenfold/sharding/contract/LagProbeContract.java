// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.sharding.jdbc.LagProbe;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
 *   <li>What cannot be known is an {@link SQLException}, never a guess and never an earlier answer:
 *       a server in the wrong role, a closed connection.
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
  private static final String WRONG_ROLE = "a server in the wrong role is an SQLException";

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

  /** Asks a probe. */
  private interface Question {
    Position ask(Statement statement) throws SQLException;
  }

  private static Position ask(DataSource server, Question question) throws SQLException {
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement()) {
      return question.ask(statement);
    }
  }

  /**
   * Asks the primary.
   *
   * @return its position
   * @throws SQLException if it cannot be known
   */
  protected final Position primaryPosition() throws SQLException {
    return ask(primary(), probe::primaryPosition);
  }

  /**
   * Asks the replica.
   *
   * @return its position
   * @throws SQLException if it cannot be known
   */
  protected final Position replicaPosition() throws SQLException {
    return ask(replica(), probe::replicaPosition);
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
    assertApart("another cluster", primaryPosition(), ask(stranger(), probe::primaryPosition));
    assertApart("another cluster", replicaPosition(), ask(stranger(), probe::primaryPosition));
  }

  @Test
  void positions_afterAFailover_areNotComparable() throws SQLException {
    write();
    assertApart(
        "a log that a failover has forked off",
        primaryPosition(),
        ask(promoted(), probe::primaryPosition));
    assertApart(
        "a log that a failover has forked off",
        replicaPosition(),
        ask(promoted(), probe::primaryPosition));
  }

  private static void assertApart(String why, Position one, Position other) {
    String duty = "positions of different histories reach each other in neither direction: " + why;
    assertDoesNotReach(duty, one, other);
    assertDoesNotReach(duty, other, one);
  }

  @Test
  void anyPosition_serverInTheOtherRole_isRefused() throws SQLException {
    primaryPosition(); // an earlier answer is no excuse
    replicaPosition();
    assertThatThrownBy(
            () -> ask(primary(), probe::replicaPosition), WRONG_ROLE + ": no position of a replica")
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(
            () -> ask(promoted(), probe::replicaPosition), WRONG_ROLE + ": promoted meanwhile")
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(
            () -> ask(replica(), probe::primaryPosition), WRONG_ROLE + ": no position of a primary")
        .isInstanceOf(SQLException.class);
  }

  @Test
  void anyPosition_connectionLost_isRefused() throws SQLException {
    primaryPosition();
    replicaPosition();
    String duty = "a lost connection is an SQLException, never an earlier answer";
    assertThatThrownBy(
            () -> ask(primary(), statement -> lost(statement, probe::primaryPosition)), duty)
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(
            () -> ask(replica(), statement -> lost(statement, probe::replicaPosition)), duty)
        .isInstanceOf(SQLException.class);
  }

  private static Position lost(Statement statement, Question question) throws SQLException {
    statement.getConnection().close();
    return question.ask(statement);
  }

  @Test
  void anyPosition_afterwards_statementAndConnectionAreAsBefore() throws SQLException {
    assertLeftAlone(primary(), probe::primaryPosition);
    assertLeftAlone(replica(), probe::replicaPosition);
  }

  private static void assertLeftAlone(DataSource server, Question question) throws SQLException {
    try (Connection connection = server.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      statement.setQueryTimeout(7);
      statement.setMaxRows(3);
      assertThatCode(() -> question.ask(statement))
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
    Position ofTheStranger = ask(stranger(), probe::primaryPosition);
    Threads.together(
        "threads may share a probe",
        (thread, round) -> {
          String duty = "threads may share a probe: every answer is of the server that was asked";
          if (thread % 2 == 0) {
            Position again = primaryPosition();
            assertThat(again.history()).as(duty).isEqualTo(ofThePrimary.history());
            assertReaches(duty, again, ofThePrimary);
          } else {
            Position again = ask(stranger(), probe::primaryPosition);
            assertThat(again.history()).as(duty).isEqualTo(ofTheStranger.history());
            assertReaches(duty, again, ofTheStranger);
          }
        });
  }
}
