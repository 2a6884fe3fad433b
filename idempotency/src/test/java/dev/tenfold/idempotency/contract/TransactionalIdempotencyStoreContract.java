// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.StoredResult;
import dev.tenfold.idempotency.TransactionalIdempotencyStore;
import dev.tenfold.idempotency.TransactionalIdempotencyStore.Claim;
import dev.tenfold.idempotency.TransactionalIdempotencyStore.Found;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link TransactionalIdempotencyStore}, as tests on two connections to its
 * database. Extend the class in the tests of an implementation.
 *
 * <ol>
 *   <li>{@code find} returns what was stored, field by field: for this tenant, key and operation,
 *       and no other; after the commit, and before the end of the retention. It locks nothing and
 *       writes nothing.
 *   <li>Of all open transactions at most one holds a key. {@code claim} tells others {@code BUSY}
 *       at once, without waiting for the holder, and {@code TAKEN} after the holder's commit. A
 *       rollback, also to a savepoint, and the end of the retention free the key.
 *   <li>A transaction that holds a key is not granted it again.
 *   <li>{@code complete} stores a result once, in a record that is claimed. An uncompleted record
 *       whose transaction has committed keeps the key until its retention ends.
 *   <li>The retention that is given is the one that holds: that of the claim until completion, then
 *       that of the completion, counted from then.
 *   <li>Everything happens on the given connection, in the caller's transaction: nothing is seen
 *       before the commit, nothing is left after a rollback. A method that returns leaves the
 *       transaction usable, what the caller did in it intact, and the connection as it was.
 *   <li>Threads may share a store.
 * </ol>
 *
 * <p>Not tested: that the clock is the database's.
 *
 * <p>Each test runs on a thread of its own and fails after 60 seconds, also if the store waits in
 * the driver for ever: then its connections are aborted.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TransactionalIdempotencyStoreContract extends TwoTransactions {
  private static final String FREE = "a key whose claim was rolled back is free";
  private static final String AS_STORED = "find returns the result as it was stored";

  /** For subclasses. */
  protected TransactionalIdempotencyStoreContract() {}

  @Test
  final void find_nothingStored_empty() throws SQLException {
    assertThat(store.find(one, "op", key)).as("a key without a record is not found").isEmpty();
  }

  @Test
  final void find_committedRecord_hasWhatWasStored() throws SQLException {
    executeAndCommit(one, RESULT);
    Found found = store.find(two, "op", key).orElseThrow();
    assertThat(found.fingerprint()).as("find returns the claim's fingerprint").isEqualTo(BODY);
    assertThat(found.result()).as(AS_STORED).usingRecursiveComparison().isEqualTo(RESULT);
  }

  @Test
  final void find_resultOfAnyKindAndSize_isAsStored() throws SQLException {
    for (StoredResult.Kind kind : StoredResult.Kind.values()) {
      if (kind != StoredResult.Kind.VALUE) {
        assertComesBack(new StoredResult(kind, "bytes", 3, null));
      }
    }
    byte[] large = new byte[100_000];
    Arrays.fill(large, (byte) 0x80);
    assertComesBack(new StoredResult(StoredResult.Kind.VALUE, "bytes", 3, large));
    assertComesBack(new StoredResult(StoredResult.Kind.VALUE, "bytes", 3, new byte[0]));
  }

  private void assertComesBack(StoredResult result) throws SQLException {
    IdempotencyKey fresh = newKey();
    claim(one, "op", fresh);
    store.complete(one, "op", fresh, result, RETENTION);
    one.commit();
    assertThat(store.find(two, "op", fresh).orElseThrow().result())
        .as("%s: %s", AS_STORED, result)
        .usingRecursiveComparison()
        .isEqualTo(result);
    two.commit();
  }

  @Test
  final void find_otherOperationTenantOrKey_empty() throws SQLException {
    String name = UUID.randomUUID().toString();
    IdempotencyKey stored = IdempotencyKey.of("ab", "c" + name);
    claim(one, "op", stored);
    store.complete(one, "op", stored, RESULT, RETENTION);
    one.commit();
    String duty = "a record is found by its operation, tenant and key, and by no other: ";
    assertThat(store.find(two, "OP", stored)).as(duty + "operation in capitals").isEmpty();
    assertThat(store.find(two, "op2", stored)).as(duty + "longer operation").isEmpty();
    for (IdempotencyKey other :
        List.of(
            IdempotencyKey.of("a", "bc" + name),
            IdempotencyKey.of("AB", "c" + name),
            IdempotencyKey.of("ab", "C" + name))) {
      assertThat(store.find(two, "op", other)).as(duty + "tenant or key").isEmpty();
      assertThat(claim(two, "op", other)).as(duty + "claim").isEqualTo(Claim.GRANTED);
    }
  }

  @Test
  final void find_ownClaim_hasNoResult() throws SQLException {
    claim(one);
    Optional<Found> found = store.find(one, "op", key);
    assertThat(found).as("the claiming transaction sees its own claim").isPresent();
    assertThat(found.orElseThrow().result()).as("a claim has no result yet").isNull();
  }

  @Test
  final void find_claimOfAnother_empty() throws SQLException {
    String duty = "nothing is seen before the commit: ";
    claim(one);
    assertThat(atOnce(duty + "at once", () -> store.find(two, "op", key)))
        .as(duty + "a claim of another transaction")
        .isEmpty();
    complete(one, RESULT);
    assertThat(atOnce(duty + "at once", () -> store.find(two, "op", key)))
        .as(duty + "a result of another transaction")
        .isEmpty();
  }

  @Test
  final void find_anyRecord_locksNothingAndWritesNothing() throws SQLException {
    executeAndCommit(one, RESULT);
    String duty = "find locks nothing and writes nothing";
    two.setReadOnly(true);
    assertThat(atOnce(duty, () -> readOnlyFind(duty, two, key))).as(duty).isPresent();
    assertThat(readOnlyFind(duty, two, newKey())).as(duty).isEmpty();
    assertThat(atOnce(duty, () -> store.find(one, "op", key))).as(duty).isPresent();
    atOnce(
        duty + ": another transaction may change the record meanwhile",
        () -> {
          Connection three = newConnection();
          expire(three, key);
          three.commit();
          return true;
        });
  }

  private Optional<Found> readOnlyFind(String duty, Connection connection, IdempotencyKey key) {
    try {
      return store.find(connection, "op", key);
    } catch (SQLException refused) {
      throw new AssertionError(duty + ", so it works in a read-only transaction", refused);
    }
  }

  @Test
  final void claim_heldByAnother_busyAtOnceAndTheTransactionGoesOn() throws SQLException {
    IdempotencyKey before = newKey();
    claim(two, "op", before);
    store.complete(two, "op", before, RESULT, RETENTION);
    assertGranted("a key that nobody holds is granted", one);

    String duty = "claim tells BUSY at once while another open transaction holds the key";
    assertThat(atOnce(duty + "; it does not wait", () -> claim(two)))
        .as(duty)
        .isEqualTo(Claim.BUSY);
    assertUsable(two);
    two.commit();
    assertThat(store.find(one, "op", before))
        .as("what the caller did in the transaction before a BUSY stays")
        .isPresent();
  }

  @Test
  final void claim_completedByAnother_busyUntilTheCommit() throws SQLException {
    claim(one);
    complete(one, RESULT);
    String duty = "a completed key is held until its transaction ends";
    assertThat(atOnce(duty, () -> claim(two))).as(duty).isEqualTo(Claim.BUSY);
  }

  @Test
  final void claim_again_inTheSameTransaction_isNotGranted() throws SQLException {
    claim(one);
    String duty = "a transaction that holds a key is not granted it again";
    assertThat(atOnce(duty, () -> claim(one))).as(duty).isNotEqualTo(Claim.GRANTED);
    assertThat(complete(one, RESULT)).as("a second claim leaves the first in force").isTrue();
    assertThat(atOnce(duty, () -> claim(one))).as(duty).isNotEqualTo(Claim.GRANTED);
    assertUsable(one);
  }

  @Test
  final void claim_otherOperation_granted() throws SQLException {
    claim(one);
    String duty = "one key may be held for two operations";
    assertThat(atOnce(duty, () -> claim(two, "other", key))).as(duty).isEqualTo(Claim.GRANTED);
  }

  @Test
  final void claim_afterCommit_takenAndTheTransactionGoesOn() throws SQLException {
    executeAndCommit(one, RESULT);
    IdempotencyKey before = newKey();
    claim(two, "op", before);
    assertThat(claim(two))
        .as("claim tells TAKEN when a live record stands by now")
        .isEqualTo(Claim.TAKEN);
    assertUsable(two);
    assertThat(store.find(two, "op", key)).as("a record is found after a TAKEN").isPresent();
    assertThat(store.complete(two, "op", before, RESULT, RETENTION))
        .as("what the caller did in the transaction before a TAKEN stays")
        .isTrue();
  }

  @Test
  final void claim_afterRollback_granted() throws SQLException {
    claim(one);
    one.rollback();
    assertGranted(FREE, two);
  }

  @Test
  final void claim_afterRollbackToSavepoint_granted() throws SQLException {
    Savepoint savepoint = one.setSavepoint();
    claim(one);
    one.rollback(savepoint);
    assertGranted(FREE + ", also by a rollback to a savepoint", two);
  }

  @Test
  final void claim_afterConnectionClosedInTransaction_granted() throws SQLException {
    Connection lost = newConnection();
    claim(lost);
    lost.rollback();
    lost.close();
    assertGranted(FREE + ", when its connection is closed", two);
  }

  @Test
  final void claim_expiredRecord_grantedAndOldResultGone() throws SQLException {
    executeAndCommit(one, RESULT);
    expire(one, key);
    one.commit();
    assertThat(store.find(two, "op", key)).as("an expired record is not found").isEmpty();
    assertGranted("an expired key is free", two);
    assertThat(store.find(two, "op", key).orElseThrow().result())
        .as("a new claim does not show the expired result")
        .isNull();
    assertThat(complete(two, RESULT)).as("a claim of an expired key is completed").isTrue();
  }

  @Test
  final void claim_expiredRecordClaimedByAnother_busyAtOnce() throws SQLException {
    executeAndCommit(one, RESULT);
    expire(one, key);
    one.commit();
    assertGranted("an expired key is free", one);
    String duty = "claim tells BUSY at once, also for a key whose last record has expired";
    assertThat(atOnce(duty, () -> claim(two))).as(duty).isEqualTo(Claim.BUSY);
  }

  @Test
  final void claim_committedWithoutResult_keepsTheKeyUntilItsRetentionEnds() throws SQLException {
    claim(one);
    one.commit();
    String duty = "an uncompleted record that was committed keeps the key until its retention ends";
    assertThat(atOnce(duty, () -> claim(two))).as(duty).isEqualTo(Claim.TAKEN);
    Optional<Found> found = store.find(two, "op", key);
    assertThat(found).as(duty).isPresent();
    assertThat(found.orElseThrow().result()).as("such a record has no result").isNull();
    expire(two, key);
    two.commit();
    assertGranted("an uncompleted record expires too", two);
  }

  @Test
  final void claim_sameKeyFromManyThreads_grantedOnce() throws SQLException {
    List<Connection> own = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      own.add(newConnection());
    }
    String name = UUID.randomUUID().toString();
    Map<Integer, AtomicInteger> granted = new ConcurrentHashMap<>();
    Threads.together(
        "threads may share a store",
        (thread, round) -> {
          Connection connection = own.get(thread);
          IdempotencyKey contested = IdempotencyKey.of("tenant", name + round);
          AtomicInteger count = granted.computeIfAbsent(round, none -> new AtomicInteger());
          if (claim(connection, "op", contested) == Claim.GRANTED) {
            count.incrementAndGet();
            store.complete(connection, "op", contested, RESULT, RETENTION);
          }
          connection.commit();
        });
    assertThat(granted.values())
        .as("of all transactions that claim a key and commit exactly one is granted it")
        .isNotEmpty()
        .allSatisfy(count -> assertThat(count).hasValue(1));
  }

  @Test
  final void claimAndComplete_anyRetention_isTheOneThatHolds() throws SQLException {
    for (Duration retention :
        List.of(Duration.ofSeconds(90), Duration.ofHours(1), Duration.ofDays(400))) {
      IdempotencyKey fresh = newKey();
      Duration other = retention.multipliedBy(2);
      store.claim(one, "op", fresh, BODY, retention);
      assertRetention("the retention of a claim is the one that was given", fresh, retention);
      store.complete(one, "op", fresh, RESULT, other);
      assertRetention("the retention of a result is the one that was given", fresh, other);
      one.commit();
    }
  }

  private void assertRetention(String duty, IdempotencyKey key, Duration retention)
      throws SQLException {
    assertThat(remaining(one, key))
        .as(duty + ", counted from then")
        .isGreaterThan(retention.minusSeconds(30))
        .isLessThanOrEqualTo(retention);
  }

  @Test
  final void complete_nothingClaimed_false() throws SQLException {
    assertThat(complete(one, RESULT)).as("there is nothing to complete without a claim").isFalse();
    assertThat(store.find(one, "op", key))
        .as("completing without a claim stores nothing")
        .isEmpty();
  }

  @Test
  final void complete_claimedByAnother_falseAtOnce() throws SQLException {
    claim(one);
    String duty = "nobody completes the claim of another open transaction";
    assertThat(atOnce(duty, () -> complete(two, RESULT))).as(duty).isFalse();
  }

  @Test
  final void complete_completedBefore_falseAndResultUnchanged() throws SQLException {
    executeAndCommit(one, RESULT);
    StoredResult other = new StoredResult(StoredResult.Kind.NULL, "bytes", 3, null);
    String duty = "a result is stored once and not replaced";
    assertThat(complete(two, other)).as(duty).isFalse();
    two.commit();
    assertThat(store.find(one, "op", key).orElseThrow().result())
        .as(duty)
        .usingRecursiveComparison()
        .isEqualTo(RESULT);
  }

  @Test
  final void complete_thenRollback_leavesNothing() throws SQLException {
    claim(one);
    complete(one, RESULT);
    one.rollback();
    String duty = "nothing is left after a rollback: the record commits with the effect";
    assertThat(store.find(two, "op", key)).as(duty).isEmpty();
    assertGranted(duty, two);
  }

  @Test
  final void anyMethod_afterwards_connectionIsAsBefore() throws SQLException {
    int isolation = one.getTransactionIsolation();
    store.find(one, "op", key);
    claim(one);
    complete(one, RESULT);

    String duty = "a store leaves the caller's connection as it was: ";
    assertThat(one.isClosed()).as(duty + "open").isFalse();
    assertThat(one.getAutoCommit()).as(duty + "auto-commit").isFalse();
    assertThat(one.getTransactionIsolation()).as(duty + "isolation").isEqualTo(isolation);
    assertThat(one.isReadOnly()).as(duty + "read-only").isFalse();
  }
}
