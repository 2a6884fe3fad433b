// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.jdbc;

import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.StoredResult;
import dev.tenfold.idempotency.TransactionalIdempotencyStore;
import dev.tenfold.idempotency.contract.TransactionalIdempotencyStoreContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong stores, each of which the contract finds by the duty that it breaks. */
class TransactionalIdempotencyStoreContractMutantsIT {
  private static final Fingerprint BODY = Fingerprint.of(new byte[] {1});
  private static DataSource dataSource;

  @BeforeAll
  static void createTable() throws SQLException {
    dataSource = TestDatabase.create("idempotency_mutants");
    JdbcIdempotencyStore.postgres(dataSource).createSchema();
  }

  /** Asks the store of this module; each mutant gets one thing wrong. */
  static class Store implements TransactionalIdempotencyStore {
    private final TransactionalIdempotencyStore sound = JdbcIdempotencyStore.postgres(dataSource);

    @Override
    public Optional<Found> find(Connection connection, String operation, IdempotencyKey key)
        throws SQLException {
      return sound.find(connection, operation, key);
    }

    @Override
    public Claim claim(
        Connection connection,
        String operation,
        IdempotencyKey key,
        Fingerprint fingerprint,
        Duration retention)
        throws SQLException {
      return sound.claim(connection, operation, key, fingerprint, retention);
    }

    @Override
    public boolean complete(
        Connection connection,
        String operation,
        IdempotencyKey key,
        StoredResult result,
        Duration retention)
        throws SQLException {
      return sound.complete(connection, operation, key, result, retention);
    }

    static void execute(Connection connection, String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }
  }

  abstract static class OnPostgres extends TransactionalIdempotencyStoreContract {
    private final Store store;

    OnPostgres(Store store) {
      this.store = store;
    }

    @Override
    protected TransactionalIdempotencyStore store() {
      return store;
    }

    @Override
    protected Connection connect() throws SQLException {
      return StoredRecords.connect(dataSource);
    }

    @Override
    protected void expire(Connection connection, IdempotencyKey key) throws SQLException {
      StoredRecords.expire(connection, key);
    }

    @Override
    protected Duration remaining(Connection connection, IdempotencyKey key) throws SQLException {
      return StoredRecords.remaining(connection, key);
    }
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(TransactionalIdempotencyStoreContractMutantsIT.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongStore_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  /** Takes the time limit of five seconds. Without the contract's limit it hung the build. */
  @Breaks(
      test = "claim_heldByAnother_busyAtOnceAndTheTransactionGoesOn",
      duty = "claim tells BUSY at once while another open transaction holds the key")
  static class WaitsForTheHolder extends OnPostgres {
    WaitsForTheHolder() {
      super(
          new Store() {
            @Override
            public Claim claim(Connection c, String op, IdempotencyKey k, Fingerprint f, Duration r)
                throws SQLException {
              execute(c, "SELECT pg_advisory_xact_lock(" + k.hashCode() + ")");
              return super.claim(c, op, k, f, r);
            }
          });
    }
  }

  @Breaks(
      test = "claim_heldByAnother_busyAtOnceAndTheTransactionGoesOn",
      duty = "what the caller did in the transaction before a BUSY stays")
  static class RollsBackWhenBusy extends OnPostgres {
    RollsBackWhenBusy() {
      super(
          new Store() {
            @Override
            public Claim claim(Connection c, String op, IdempotencyKey k, Fingerprint f, Duration r)
                throws SQLException {
              Claim claim = super.claim(c, op, k, f, r);
              if (claim == Claim.BUSY) {
                c.rollback();
              }
              return claim;
            }
          });
    }
  }

  @Breaks(
      test = "claim_afterCommit_takenAndTheTransactionGoesOn",
      duty = "a method that returns leaves the transaction usable")
  static class AbortsWhenTaken extends OnPostgres {
    AbortsWhenTaken() {
      super(
          new Store() {
            @Override
            public Claim claim(Connection c, String op, IdempotencyKey k, Fingerprint f, Duration r)
                throws SQLException {
              Claim claim = super.claim(c, op, k, f, r);
              if (claim == Claim.TAKEN) {
                try {
                  execute(c, "INSERT INTO tenfold_idempotency SELECT * FROM tenfold_idempotency");
                } catch (SQLException duplicate) {
                  return claim;
                }
              }
              return claim;
            }
          });
    }
  }

  /** Keeps claims in the process, and the table for results. */
  @Breaks(
      test = "claim_sameKeyFromManyThreads_grantedOnce",
      duty = "of all transactions that claim a key and commit exactly one is granted it")
  static class ClaimsWhatItDoesNotFind extends OnPostgres {
    ClaimsWhatItDoesNotFind() {
      super(
          new Store() {
            @Override
            public Claim claim(Connection c, String op, IdempotencyKey k, Fingerprint f, Duration r)
                throws SQLException {
              return find(c, op, k).isPresent() ? Claim.TAKEN : Claim.GRANTED;
            }

            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              return super.claim(c, op, k, BODY, r) == Claim.GRANTED
                  && super.complete(c, op, k, result, r);
            }
          });
    }
  }

  @Breaks(
      test = "claim_again_inTheSameTransaction_isNotGranted",
      duty = "a transaction that holds a key is not granted it again")
  static class Reentrant extends OnPostgres {
    Reentrant() {
      super(
          new Store() {
            @Override
            public Claim claim(Connection c, String op, IdempotencyKey k, Fingerprint f, Duration r)
                throws SQLException {
              Claim claim = super.claim(c, op, k, f, r);
              boolean own = find(c, op, k).map(found -> found.result() == null).orElse(false);
              return own ? Claim.GRANTED : claim;
            }
          });
    }
  }

  @Breaks(
      test = "claimAndComplete_anyRetention_isTheOneThatHolds",
      duty = "the retention of a result is the one that was given")
  static class OneDay extends OnPostgres {
    OneDay() {
      super(
          new Store() {
            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              return super.complete(c, op, k, result, Duration.ofDays(1));
            }
          });
    }
  }

  @Breaks(
      test = "claimAndComplete_anyRetention_isTheOneThatHolds",
      duty = "the retention of a claim is the one that was given")
  static class IntMillis extends OnPostgres {
    IntMillis() {
      super(
          new Store() {
            @Override
            public Claim claim(Connection c, String op, IdempotencyKey k, Fingerprint f, Duration r)
                throws SQLException {
              return super.claim(c, op, k, f, Duration.ofMillis((int) r.toMillis()));
            }
          });
    }
  }

  @Breaks(
      test = "complete_thenRollback_leavesNothing",
      duty = "nothing is left after a rollback: the record commits with the effect")
  static class CommitsTheResult extends OnPostgres {
    CommitsTheResult() {
      super(
          new Store() {
            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              boolean completed = super.complete(c, op, k, result, r);
              c.commit();
              return completed;
            }
          });
    }
  }

  @Breaks(
      test = "complete_thenRollback_leavesNothing",
      duty = "nothing is left after a rollback: the record commits with the effect")
  static class OwnConnection extends OnPostgres {
    OwnConnection() {
      super(
          new Store() {
            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              c.rollback();
              try (Connection own = StoredRecords.connect(dataSource)) {
                super.claim(own, op, k, BODY, r);
                boolean completed = super.complete(own, op, k, result, r);
                own.commit();
                return completed;
              }
            }
          });
    }
  }

  @Breaks(
      test = "find_anyRecord_locksNothingAndWritesNothing",
      duty = "find locks nothing and writes nothing")
  static class LocksWhatItFinds extends OnPostgres {
    LocksWhatItFinds() {
      super(
          new Store() {
            @Override
            public Optional<Found> find(Connection c, String op, IdempotencyKey k)
                throws SQLException {
              if (!c.isReadOnly()) {
                execute(c, "SELECT 1 FROM tenfold_idempotency FOR UPDATE");
              }
              return super.find(c, op, k);
            }
          });
    }
  }

  @Breaks(
      test = "find_anyRecord_locksNothingAndWritesNothing",
      duty = "so it works in a read-only transaction")
  static class PurgesInFind extends OnPostgres {
    PurgesInFind() {
      super(
          new Store() {
            @Override
            public Optional<Found> find(Connection c, String op, IdempotencyKey k)
                throws SQLException {
              execute(c, "DELETE FROM tenfold_idempotency WHERE expires_at < now()");
              return super.find(c, op, k);
            }
          });
    }
  }

  @Breaks(
      test = "find_otherOperationTenantOrKey_empty",
      duty = "a record is found by its operation, tenant and key, and by no other")
  static class AnyCase extends OnPostgres {
    AnyCase() {
      super(
          new Store() {
            @Override
            public Optional<Found> find(Connection c, String op, IdempotencyKey k)
                throws SQLException {
              return super.find(c, op.toLowerCase(Locale.ROOT), k);
            }
          });
    }
  }

  @Breaks(
      test = "find_committedRecord_hasWhatWasStored",
      duty = "find returns the result as it was stored")
  static class ForgetsTheVersion extends OnPostgres {
    ForgetsTheVersion() {
      super(
          new Store() {
            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              return super.complete(
                  c, op, k, new StoredResult(result.kind(), result.codec(), 0, result.bytes()), r);
            }
          });
    }
  }

  @Breaks(
      test = "find_resultOfAnyKindAndSize_isAsStored",
      duty = "find returns the result as it was stored")
  static class EmptyIsNull extends OnPostgres {
    EmptyIsNull() {
      super(
          new Store() {
            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              byte[] bytes = result.bytes();
              return super.complete(
                  c,
                  op,
                  k,
                  bytes != null && bytes.length == 0
                      ? new StoredResult(
                          StoredResult.Kind.NULL, result.codec(), result.version(), null)
                      : result,
                  r);
            }
          });
    }
  }

  @Breaks(
      test = "claim_expiredRecord_grantedAndOldResultGone",
      duty = "an expired record is not found")
  static class Remembers extends OnPostgres {
    Remembers() {
      super(
          new Store() {
            private final Map<IdempotencyKey, Found> seen = new ConcurrentHashMap<>();

            @Override
            public Optional<Found> find(Connection c, String op, IdempotencyKey k)
                throws SQLException {
              super.find(c, op, k).ifPresent(found -> seen.put(k, found));
              return Optional.ofNullable(seen.get(k));
            }

            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              boolean completed = super.complete(c, op, k, result, r);
              find(c, op, k);
              return completed;
            }
          });
    }
  }

  @Breaks(
      test = "complete_completedBefore_falseAndResultUnchanged",
      duty = "a result is stored once and not replaced")
  static class ReplacesTheResult extends OnPostgres {
    ReplacesTheResult() {
      super(
          new Store() {
            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              execute(c, "UPDATE tenfold_idempotency SET state = 'I' WHERE state = 'C'");
              return super.complete(c, op, k, result, r);
            }
          });
    }
  }

  @Breaks(
      test = "complete_nothingClaimed_false",
      duty = "there is nothing to complete without a claim")
  static class ClaimsToComplete extends OnPostgres {
    ClaimsToComplete() {
      super(
          new Store() {
            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              super.claim(c, op, k, BODY, r);
              return super.complete(c, op, k, result, r);
            }
          });
    }
  }

  @Breaks(
      test = "anyMethod_afterwards_connectionIsAsBefore",
      duty = "a store leaves the caller's connection as it was: open")
  static class ClosesTheConnection extends OnPostgres {
    ClosesTheConnection() {
      super(
          new Store() {
            @Override
            public boolean complete(
                Connection c, String op, IdempotencyKey k, StoredResult result, Duration r)
                throws SQLException {
              try (c) {
                return super.complete(c, op, k, result, r);
              }
            }
          });
    }
  }
}
