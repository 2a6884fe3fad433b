// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A store that returns the answers that a test has set; by default it grants every claim. */
final class ScriptedStore implements TransactionalIdempotencyStore {
  final Queue<Claim> answers = new ArrayDeque<>();
  @Nullable Found found;
  boolean completes = true;
  int claims;
  @Nullable StoredResult completed;

  @Override
  public Optional<Found> find(Connection connection, String operation, IdempotencyKey key) {
    return Optional.ofNullable(found);
  }

  @Override
  public Claim claim(
      Connection connection,
      String operation,
      IdempotencyKey key,
      Fingerprint fingerprint,
      Duration retention) {
    claims++;
    Claim next = answers.poll();
    return next == null ? Claim.GRANTED : next;
  }

  @Override
  public boolean complete(
      Connection connection,
      String operation,
      IdempotencyKey key,
      StoredResult result,
      Duration retention) {
    completed = result;
    return completes;
  }
}
