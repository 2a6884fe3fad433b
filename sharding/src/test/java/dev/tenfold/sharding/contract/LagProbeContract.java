// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.sharding.jdbc.LagProbe;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What every {@link LagProbe} keeps, on a real primary and a real replica. */
public abstract class LagProbeContract {

  /** Creates the contract. */
  protected LagProbeContract() {}

  /**
   * Returns what is tested.
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
   * Returns a server that follows it.
   *
   * @return the replica
   */
  protected abstract DataSource replica();

  /**
   * Commits something on the primary.
   *
   * @throws SQLException if it cannot
   */
  protected abstract void write() throws SQLException;

  /** Makes the replica hold its present state, though it still receives what is written. */
  protected abstract void pauseReplay();

  /** Lets the replica go on. */
  protected abstract void resumeReplay();

  /**
   * Waits, for some seconds at most.
   *
   * @param condition what must become true
   */
  protected abstract void await(Callable<Boolean> condition);

  /**
   * Asks the primary.
   *
   * @return its position
   * @throws SQLException if it cannot be known
   */
  protected final LagProbe.Position primaryPosition() throws SQLException {
    try (Connection connection = primary().getConnection();
        Statement statement = connection.createStatement()) {
      return probe().primaryPosition(statement);
    }
  }

  /**
   * Asks the replica.
   *
   * @return its position
   * @throws SQLException if it cannot be known
   */
  protected final LagProbe.Position replicaPosition() throws SQLException {
    try (Connection connection = replica().getConnection();
        Statement statement = connection.createStatement()) {
      return probe().replicaPosition(statement);
    }
  }

  @Test
  void primaryPosition_betweenWrites_rises() throws SQLException {
    LagProbe.Position before = primaryPosition();
    write();
    LagProbe.Position after = primaryPosition();

    assertThat(after.reaches(before)).isTrue();
    assertThat(before.reaches(after)).isFalse();
  }

  @Test
  void replicaPosition_healthy_reachesThePrimary() throws SQLException {
    write();
    LagProbe.Position written = primaryPosition();
    await(() -> replicaPosition().reaches(written));
  }

  @Test
  void replicaPosition_idlePrimary_reachesALaterSample() throws SQLException {
    write();
    LagProbe.Position written = primaryPosition();
    await(() -> replicaPosition().reaches(written));
    LagProbe.Position later = primaryPosition();
    await(() -> replicaPosition().reaches(later));
  }

  @Test
  void replicaPosition_replayPaused_doesNotReachALaterWrite() throws SQLException {
    write();
    LagProbe.Position before = primaryPosition();
    await(() -> replicaPosition().reaches(before));
    pauseReplay();
    LagProbe.Position written;
    try {
      write();
      written = primaryPosition();
      assertThat(replicaPosition().reaches(written)).isFalse();
    } finally {
      resumeReplay();
    }
    await(() -> replicaPosition().reaches(written));
  }

  @Test
  void anyPosition_serverInTheOtherRole_isRefused() throws SQLException {
    try (Connection connection = primary().getConnection();
        Statement statement = connection.createStatement()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> probe().replicaPosition(statement));
    }
    try (Connection connection = replica().getConnection();
        Statement statement = connection.createStatement()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> probe().primaryPosition(statement));
    }
  }
}
