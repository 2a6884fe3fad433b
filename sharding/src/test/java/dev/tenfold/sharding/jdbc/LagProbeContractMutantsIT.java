// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.sharding.contract.LagProbeContract;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import dev.tenfold.testkit.Await;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong probes, each of which the contract finds by the duty that it breaks. */
class LagProbeContractMutantsIT {
  private static final ProbedServers SERVERS = new ProbedServers();
  private static final LagProbe SOUND = new PostgresLagProbe();

  /** Answers what a sound probe answers, but for one thing. */
  private interface Mistake {
    Reading change(Reading reading, Statement statement) throws SQLException;
  }

  private static LagProbe wrong(Mistake mistake) {
    return statement -> mistake.change(SOUND.read(statement), statement);
  }

  private static Reading at(Reading reading, String cluster, long timeline, long offset) {
    return new Reading(
        reading.server(),
        reading.standby(),
        new Position(cluster, timeline, offset),
        reading.flushedOffset(),
        reading.flushDelay(),
        false);
  }

  private static Reading at(Reading reading, long offset) {
    return at(reading, reading.position().cluster(), reading.position().timeline(), offset);
  }

  private static Reading as(Reading reading, String server, boolean standby, long flushed) {
    return new Reading(server, standby, reading.position(), flushed, reading.flushDelay(), false);
  }

  private static long offset(Statement statement, String location) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("select (" + location + " - '0/0'::pg_lsn)::bigint")) {
      row.next();
      return row.getLong(1);
    }
  }

  abstract static class OnPostgres extends LagProbeContract {
    private final LagProbe probe;

    OnPostgres(LagProbe probe) {
      this.probe = probe;
    }

    @Override
    protected LagProbe probe() {
      return probe;
    }

    @Override
    protected DataSource primary() {
      return SERVERS.primary();
    }

    @Override
    protected DataSource replica() {
      return SERVERS.replica();
    }

    @Override
    protected DataSource promoted() {
      return SERVERS.promoted();
    }

    @Override
    protected DataSource stranger() {
      return SERVERS.stranger();
    }

    @Override
    protected void write() throws SQLException {
      SERVERS.write();
    }

    @Override
    protected void pauseReplay() {
      SERVERS.pauseReplay();
    }

    @Override
    protected void resumeReplay() {
      SERVERS.resumeReplay();
    }

    @Override
    protected void awaitReceived() {
      SERVERS.awaitReceived();
    }

    @Override
    protected void await(String what, Callable<Boolean> condition) {
      Await.until(what, Duration.ofSeconds(2), condition);
    }
  }

  @AfterAll
  static void stop() {
    SERVERS.close();
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(LagProbeContractMutantsIT.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongProbe_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(
      test = "positions_ofAnotherCluster_areNotComparable",
      duty = "positions of different histories reach each other in neither direction")
  static class ConstantCluster extends OnPostgres {
    ConstantCluster() {
      super(wrong((r, s) -> at(r, "pg", r.position().timeline(), r.position().offset())));
    }
  }

  @Breaks(
      test = "positions_afterAFailover_areNotComparable",
      duty = "neither direction: a log that a failover has forked off")
  static class ClusterOnly extends OnPostgres {
    ClusterOnly() {
      super(wrong((r, s) -> at(r, r.position().cluster(), 1, r.position().offset())));
    }
  }

  @Breaks(test = "timeline_ofAPromotedReplica_isHigher", duty = "a failover raises the timeline")
  static class TimelineDown extends OnPostgres {
    TimelineDown() {
      super(
          wrong((r, s) ->
              at(r, r.position().cluster(), 100 - r.position().timeline(), r.position().offset())));
    }
  }

  @Breaks(
      test = "positions_ofAnotherCluster_areNotComparable",
      duty = "positions of different histories reach each other in neither direction")
  static class ClusterOfTheFirstServer extends OnPostgres {
    private static final class Remembering implements LagProbe {
      private String cluster;

      @Override
      public Reading read(Statement statement) throws SQLException {
        Reading reading = SOUND.read(statement);
        cluster = cluster == null ? reading.position().cluster() : cluster;
        return at(reading, cluster, reading.position().timeline(), reading.position().offset());
      }
    }

    ClusterOfTheFirstServer() {
      super(new Remembering());
    }
  }

  @Breaks(
      test = "replicaPosition_replayPaused_doesNotReachALaterWrite",
      duty = "that of the replica covers what was replayed, not what was received")
  static class Received extends OnPostgres {
    Received() {
      super(wrong((r, s) -> r.standby() ? at(r, offset(s, "pg_last_wal_receive_lsn()")) : r));
    }
  }

  @Breaks(
      test = "primaryPosition_betweenWrites_rises",
      duty = "covers every transaction that was committed before the question")
  static class Flushed extends OnPostgres {
    Flushed() {
      super(wrong((r, s) -> r.standby() ? r : at(r, r.flushedOffset())));
    }
  }

  @Breaks(
      test = "replicaPosition_healthy_reachesThePrimary",
      duty = "a replica that has replayed everything reaches the position of an idle primary")
  static class NeverThere extends OnPostgres {
    NeverThere() {
      super(wrong((r, s) -> r.standby() ? at(r, r.position().offset() - 1) : r));
    }
  }

  @Breaks(
      test = "flushedOffset_afterItsDelay_coversTheCommit",
      duty = "the flushed offset covers a commit that returned flushDelay")
  static class NeverFlushed extends OnPostgres {
    NeverFlushed() {
      super(wrong((r, s) -> as(r, r.server(), r.standby(), 0)));
    }
  }

  @Breaks(
      test = "role_ofEveryServer_isThatOfNow",
      duty = "a server says in which role it is now: a replica that was promoted")
  static class RoleOfTheConfiguration extends OnPostgres {
    RoleOfTheConfiguration() {
      super(
          wrong((r, s) ->
              as(r, r.server(), r.standby() || r.position().timeline() > 1, r.flushedOffset())));
    }
  }

  @Breaks(
      test = "server_ofEveryConnection_isOneForOneServer",
      duty = "the server is another one on any other server")
  static class ServerOfTheCluster extends OnPostgres {
    ServerOfTheCluster() {
      super(wrong((r, s) -> as(r, r.position().cluster(), r.standby(), r.flushedOffset())));
    }
  }

  @Breaks(
      test = "server_ofEveryConnection_isOneForOneServer",
      duty = "the server is the same for two connections to one running server")
  static class ServerOfTheBackend extends OnPostgres {
    ServerOfTheBackend() {
      super(
          wrong((r, s) -> {
            try (ResultSet row = s.executeQuery("select pg_backend_pid()")) {
              row.next();
              return as(r, row.getString(1), r.standby(), r.flushedOffset());
            }
          }));
    }
  }

  @Breaks(
      test = "reading_connectionLost_isRefused",
      duty = "a lost connection is an SQLException, never an earlier answer")
  static class LastAnswer extends OnPostgres {
    private static final class Remembering implements LagProbe {
      private Reading last;

      @Override
      public Reading read(Statement statement) throws SQLException {
        try {
          last = SOUND.read(statement);
        } catch (SQLException lost) {
          if (last == null) {
            throw lost;
          }
        }
        return last;
      }
    }

    LastAnswer() {
      super(new Remembering());
    }
  }

  @Breaks(
      test = "reading_afterwards_statementAndConnectionAreAsBefore",
      duty = "a probe leaves the statement and its connection as it found them: closed")
  static class ClosesTheStatement extends OnPostgres {
    ClosesTheStatement() {
      super(
          wrong((r, s) -> {
            s.close();
            return r;
          }));
    }
  }

  @Breaks(
      test = "reading_afterwards_statementAndConnectionAreAsBefore",
      duty = "a probe leaves the statement and its connection as it found them: query timeout")
  static class OwnTimeout extends OnPostgres {
    OwnTimeout() {
      super(
          wrong((r, s) -> {
            s.setQueryTimeout(0);
            return r;
          }));
    }
  }

  @Breaks(
      test = "reading_afterwards_statementAndConnectionAreAsBefore",
      duty = "a probe writes nothing")
  static class Heartbeat extends OnPostgres {
    Heartbeat() {
      super(
          wrong((r, s) -> {
            if (!r.standby()) {
              s.execute("insert into t default values");
            }
            return r;
          }));
    }
  }

  @Breaks(test = "probe_sharedByThreads_confusesNothing", duty = "threads may share a probe")
  static class SharedField extends OnPostgres {
    private static final class Sharing implements LagProbe {
      private volatile String cluster;

      @Override
      public Reading read(Statement statement) throws SQLException {
        Reading reading = SOUND.read(statement);
        cluster = reading.position().cluster();
        long offset = reading.standby() ? 0 : offset(statement, "pg_current_wal_insert_lsn()");
        return at(reading, cluster, reading.position().timeline(), offset);
      }
    }

    SharedField() {
      super(new Sharing());
    }
  }
}
