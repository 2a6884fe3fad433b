// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.sharding.contract.LagProbeContract;
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

  /** Asks what a sound probe asks; each mutant gets one thing wrong. */
  static class Probe implements LagProbe {
    @Override
    public Position primaryPosition(Statement statement) throws SQLException {
      return SOUND.primaryPosition(statement);
    }

    @Override
    public Position replicaPosition(Statement statement) throws SQLException {
      return SOUND.replicaPosition(statement);
    }

    static long offset(Statement statement, String location) throws SQLException {
      try (ResultSet row =
          statement.executeQuery("select (" + location + " - '0/0'::pg_lsn)::bigint")) {
        row.next();
        return row.getLong(1);
      }
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
  static class ConstantHistory extends OnPostgres {
    ConstantHistory() {
      super(
          new Probe() {
            @Override
            public Position primaryPosition(Statement statement) throws SQLException {
              return new Position("pg", super.primaryPosition(statement).offset());
            }

            @Override
            public Position replicaPosition(Statement statement) throws SQLException {
              return new Position("pg", super.replicaPosition(statement).offset());
            }
          });
    }
  }

  @Breaks(
      test = "positions_afterAFailover_areNotComparable",
      duty = "neither direction: a log that a failover has forked off")
  static class ClusterOnly extends OnPostgres {
    ClusterOnly() {
      super(
          new Probe() {
            private Position cluster(Position position) {
              return new Position(position.history().split("/")[0], position.offset());
            }

            @Override
            public Position primaryPosition(Statement statement) throws SQLException {
              return cluster(super.primaryPosition(statement));
            }

            @Override
            public Position replicaPosition(Statement statement) throws SQLException {
              return cluster(super.replicaPosition(statement));
            }
          });
    }
  }

  @Breaks(
      test = "positions_ofAnotherCluster_areNotComparable",
      duty = "positions of different histories reach each other in neither direction")
  static class HistoryOfTheFirstServer extends OnPostgres {
    HistoryOfTheFirstServer() {
      super(
          new Probe() {
            private String history;

            @Override
            public Position primaryPosition(Statement statement) throws SQLException {
              Position position = super.primaryPosition(statement);
              history = history == null ? position.history() : history;
              return new Position(history, position.offset());
            }
          });
    }
  }

  @Breaks(
      test = "replicaPosition_replayPaused_doesNotReachALaterWrite",
      duty = "that of the replica covers what was replayed, not what was received")
  static class Received extends OnPostgres {
    Received() {
      super(
          new Probe() {
            @Override
            public Position replicaPosition(Statement statement) throws SQLException {
              String history = super.replicaPosition(statement).history();
              return new Position(history, offset(statement, "pg_last_wal_receive_lsn()"));
            }
          });
    }
  }

  @Breaks(
      test = "primaryPosition_betweenWrites_rises",
      duty = "covers every transaction that was committed before the question")
  static class Flushed extends OnPostgres {
    Flushed() {
      super(
          new Probe() {
            @Override
            public Position primaryPosition(Statement statement) throws SQLException {
              String history = super.primaryPosition(statement).history();
              return new Position(history, offset(statement, "pg_current_wal_flush_lsn()"));
            }
          });
    }
  }

  @Breaks(
      test = "replicaPosition_healthy_reachesThePrimary",
      duty = "a replica that has replayed everything reaches the position of an idle primary")
  static class NeverThere extends OnPostgres {
    NeverThere() {
      super(
          new Probe() {
            @Override
            public Position replicaPosition(Statement statement) throws SQLException {
              Position position = super.replicaPosition(statement);
              return new Position(position.history(), position.offset() - 1);
            }
          });
    }
  }

  @Breaks(
      test = "anyPosition_serverInTheOtherRole_isRefused",
      duty = "a server in the wrong role is an SQLException: no position of a replica")
  static class PrimaryAsReplica extends OnPostgres {
    PrimaryAsReplica() {
      super(
          new Probe() {
            @Override
            public Position replicaPosition(Statement statement) throws SQLException {
              try {
                return super.replicaPosition(statement);
              } catch (SQLException notAReplica) {
                return super.primaryPosition(statement);
              }
            }
          });
    }
  }

  @Breaks(
      test = "anyPosition_connectionLost_isRefused",
      duty = "a lost connection is an SQLException, never an earlier answer")
  static class LastAnswer extends OnPostgres {
    LastAnswer() {
      super(
          new Probe() {
            private Position last;

            @Override
            public Position primaryPosition(Statement statement) throws SQLException {
              try {
                last = super.primaryPosition(statement);
              } catch (SQLException lost) {
                if (last == null) {
                  throw lost;
                }
              }
              return last;
            }
          });
    }
  }

  @Breaks(
      test = "anyPosition_afterwards_statementAndConnectionAreAsBefore",
      duty = "a probe leaves the statement and its connection as it found them: closed")
  static class ClosesTheStatement extends OnPostgres {
    ClosesTheStatement() {
      super(
          new Probe() {
            @Override
            public Position primaryPosition(Statement statement) throws SQLException {
              try (statement) {
                return super.primaryPosition(statement);
              }
            }
          });
    }
  }

  @Breaks(
      test = "anyPosition_afterwards_statementAndConnectionAreAsBefore",
      duty = "a probe leaves the statement and its connection as it found them: query timeout")
  static class OwnTimeout extends OnPostgres {
    OwnTimeout() {
      super(
          new Probe() {
            @Override
            public Position replicaPosition(Statement statement) throws SQLException {
              statement.setQueryTimeout(0);
              return super.replicaPosition(statement);
            }
          });
    }
  }

  @Breaks(
      test = "anyPosition_afterwards_statementAndConnectionAreAsBefore",
      duty = "a probe writes nothing")
  static class Heartbeat extends OnPostgres {
    Heartbeat() {
      super(
          new Probe() {
            @Override
            public Position primaryPosition(Statement statement) throws SQLException {
              statement.execute("insert into t default values");
              return super.primaryPosition(statement);
            }
          });
    }
  }

  @Breaks(test = "probe_sharedByThreads_confusesNothing", duty = "threads may share a probe")
  static class SharedField extends OnPostgres {
    SharedField() {
      super(
          new Probe() {
            private volatile String history;

            @Override
            public Position primaryPosition(Statement statement) throws SQLException {
              history = super.primaryPosition(statement).history();
              long offset = offset(statement, "pg_current_wal_insert_lsn()");
              return new Position(history, offset);
            }
          });
    }
  }
}
