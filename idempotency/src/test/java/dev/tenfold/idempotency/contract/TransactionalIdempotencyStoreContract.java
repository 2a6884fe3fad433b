// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.StoredResult;
import dev.tenfold.idempotency.TransactionalIdempotencyStore;
import dev.tenfold.idempotency.TransactionalIdempotencyStore.Claim;
import dev.tenfold.idempotency.TransactionalIdempotencyStore.Found;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link TransactionalIdempotencyStore} holds. Extend it in the tests of an
 * implementation.
 */
public abstract class TransactionalIdempotencyStoreContract {
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final Fingerprint BODY = Fingerprint.of(new byte[] {1});
  private static final StoredResult RESULT =
      new StoredResult(StoredResult.Kind.VALUE, "bytes", 3, new byte[] {1, 0, -1});

  private final IdempotencyKey key = IdempotencyKey.of("tenant", UUID.randomUUID().toString());
  private TransactionalIdempotencyStore store;
  private Connection one;
  private Connection two;

  /** For subclasses. */
  protected TransactionalIdempotencyStoreContract() {}

  /**
   * Returns the store under test, with its table created.
   *
   * @return the store
   * @throws SQLException if it cannot be made
   */
  protected abstract TransactionalIdempotencyStore store() throws SQLException;

  /**
   * Opens a connection to the store's database.
   *
   * @return a new connection, with auto-commit off
   * @throws SQLException if it cannot be opened
   */
  protected abstract Connection connect() throws SQLException;

  /**
   * Makes the record of the key expire now.
   *
   * @param connection in a transaction, which the caller commits
   * @param key the key
   * @throws SQLException if it cannot
   */
  protected abstract void expire(Connection connection, IdempotencyKey key) throws SQLException;

  @BeforeEach
  final void open() throws SQLException {
    store = store();
    one = connect();
    two = connect();
  }

  @AfterEach
  final void close() throws SQLException {
    one.rollback();
    one.close();
    two.rollback();
    two.close();
  }

  private Claim claim(Connection connection) throws SQLException {
    return store.claim(connection, "op", key, BODY, RETENTION);
  }

  private void executeAndCommit(Connection connection, StoredResult result) throws SQLException {
    assertThat(claim(connection)).isEqualTo(Claim.GRANTED);
    assertThat(store.complete(connection, "op", key, result, RETENTION)).isTrue();
    connection.commit();
  }

  private static void assertUsable(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 1")) {
      assertThat(row.next()).isTrue();
    }
  }

  @Test
  final void find_nothingStored_empty() throws SQLException {
    assertThat(store.find(one, "op", key)).isEmpty();
  }

  @Test
  final void find_committedRecord_hasWhatWasStored() throws SQLException {
    executeAndCommit(one, RESULT);
    Found found = store.find(two, "op", key).orElseThrow();
    assertThat(found.fingerprint()).isEqualTo(BODY);
    assertThat(found.result()).usingRecursiveComparison().isEqualTo(RESULT);
  }

  @Test
  final void find_resultWithoutBytes_hasItsKind() throws SQLException {
    executeAndCommit(one, new StoredResult(StoredResult.Kind.TOO_LARGE, "bytes", 3, null));
    StoredResult found = store.find(two, "op", key).orElseThrow().result();
    assertThat(found).isNotNull();
    assertThat(found.kind()).isEqualTo(StoredResult.Kind.TOO_LARGE);
    assertThat(found.bytes()).isNull();
  }

  @Test
  final void find_emptyValue_isNotNull() throws SQLException {
    executeAndCommit(one, new StoredResult(StoredResult.Kind.VALUE, "bytes", 3, new byte[0]));
    StoredResult found = store.find(two, "op", key).orElseThrow().result();
    assertThat(found).isNotNull();
    assertThat(found.bytes()).isEmpty();
  }

  @Test
  final void find_otherOperation_empty() throws SQLException {
    executeAndCommit(one, RESULT);
    assertThat(store.find(two, "OP", key)).isEmpty();
    assertThat(store.find(two, "op2", key)).isEmpty();
  }

  @Test
  final void find_ownClaim_hasNoResult() throws SQLException {
    claim(one);
    assertThat(store.find(one, "op", key).orElseThrow().result()).isNull();
  }

  @Test
  final void find_claimOfAnother_empty() throws SQLException {
    claim(one);
    assertThat(store.find(two, "op", key)).isEmpty();
  }

  @Test
  final void claim_heldByAnother_busyAtOnceAndTheTransactionGoesOn() throws SQLException {
    assertThat(claim(one)).isEqualTo(Claim.GRANTED);
    assertThat(claim(two)).isEqualTo(Claim.BUSY);
    assertUsable(two);
  }

  @Test
  final void claim_otherOperation_granted() throws SQLException {
    claim(one);
    assertThat(store.claim(two, "other", key, BODY, RETENTION)).isEqualTo(Claim.GRANTED);
  }

  @Test
  final void claim_afterCommit_takenAndTheTransactionGoesOn() throws SQLException {
    executeAndCommit(one, RESULT);
    assertThat(claim(two)).isEqualTo(Claim.TAKEN);
    assertUsable(two);
  }

  @Test
  final void claim_afterRollback_granted() throws SQLException {
    claim(one);
    one.rollback();
    assertThat(claim(two)).isEqualTo(Claim.GRANTED);
  }

  @Test
  final void claim_afterRollbackToSavepoint_granted() throws SQLException {
    Savepoint savepoint = one.setSavepoint();
    claim(one);
    one.rollback(savepoint);
    assertThat(claim(two)).isEqualTo(Claim.GRANTED);
  }

  @Test
  final void claim_afterConnectionClosedInTransaction_granted() throws SQLException {
    Connection lost = connect();
    claim(lost);
    lost.rollback();
    lost.close();
    assertThat(claim(two)).isEqualTo(Claim.GRANTED);
  }

  @Test
  final void claim_expiredRecord_grantedAndOldResultGone() throws SQLException {
    executeAndCommit(one, RESULT);
    expire(one, key);
    one.commit();
    assertThat(store.find(two, "op", key)).isEmpty();
    assertThat(claim(two)).isEqualTo(Claim.GRANTED);
    assertThat(store.find(two, "op", key).orElseThrow().result()).isNull();
  }

  @Test
  final void complete_nothingClaimed_false() throws SQLException {
    assertThat(store.complete(one, "op", key, RESULT, RETENTION)).isFalse();
  }

  @Test
  final void complete_completedBefore_falseAndResultUnchanged() throws SQLException {
    executeAndCommit(one, RESULT);
    StoredResult other = new StoredResult(StoredResult.Kind.NULL, "bytes", 3, null);
    assertThat(store.complete(two, "op", key, other, RETENTION)).isFalse();
    two.rollback();
    assertThat(store.find(one, "op", key).orElseThrow().result())
        .usingRecursiveComparison()
        .isEqualTo(RESULT);
  }
}
