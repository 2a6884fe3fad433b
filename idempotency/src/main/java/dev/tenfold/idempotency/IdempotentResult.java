// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How an idempotent call ended. In terms of HTTP: {@link Executed} and {@link Replayed} carry the
 * same answer, {@link InFlight} is a 409, {@link Mismatch} a 422.
 *
 * <pre>{@code
 * Response response = result.fold(
 *     executed -> Response.ok(executed.value()),
 *     replayed -> Response.ok(replayed.value()).header("Idempotent-Replayed", "true"),
 *     inFlight -> Response.status(409),
 *     mismatch -> Response.status(422));
 * }</pre>
 *
 * <p>There is no case for a failure: a handler that throws leaves no record, so its failure is
 * thrown and never replayed. A refusal that retries shall see again (a declined card) is a value.
 *
 * <p>Immutable if the value is.
 *
 * @param <T> what the handler returns
 */
public sealed interface IdempotentResult<T extends @Nullable Object> {

  /**
   * Applies the function that fits.
   *
   * @param <R> what the functions return
   * @param onExecuted applied if the handler ran
   * @param onReplayed applied if the stored result was found
   * @param onInFlight applied if another transaction holds the key
   * @param onMismatch applied if the key belongs to another request
   * @return what the function returned
   */
  <R extends @Nullable Object> R fold(
      Function<? super Executed<T>, ? extends R> onExecuted,
      Function<? super Replayed<T>, ? extends R> onReplayed,
      Function<? super InFlight<T>, ? extends R> onInFlight,
      Function<? super Mismatch<T>, ? extends R> onMismatch);

  /**
   * The handler ran in this call. It counts once the caller commits.
   *
   * @param <T> what the handler returns
   * @param value what it returned
   */
  record Executed<T extends @Nullable Object>(T value) implements IdempotentResult<T> {
    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super Executed<T>, ? extends R> onExecuted,
        Function<? super Replayed<T>, ? extends R> onReplayed,
        Function<? super InFlight<T>, ? extends R> onInFlight,
        Function<? super Mismatch<T>, ? extends R> onMismatch) {
      return onExecuted.apply(this);
    }
  }

  /**
   * An earlier call executed this request; the handler did not run.
   *
   * @param <T> what the handler returns
   * @param value what it returned then, decoded
   */
  record Replayed<T extends @Nullable Object>(T value) implements IdempotentResult<T> {
    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super Executed<T>, ? extends R> onExecuted,
        Function<? super Replayed<T>, ? extends R> onReplayed,
        Function<? super InFlight<T>, ? extends R> onInFlight,
        Function<? super Mismatch<T>, ? extends R> onMismatch) {
      return onReplayed.apply(this);
    }
  }

  /**
   * Another transaction that has not ended yet holds the key; the handler did not run. Try again
   * later, in a new transaction: by then the answer is stored, or that transaction rolled back.
   *
   * @param <T> what the handler returns
   */
  record InFlight<T extends @Nullable Object>() implements IdempotentResult<T> {
    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super Executed<T>, ? extends R> onExecuted,
        Function<? super Replayed<T>, ? extends R> onReplayed,
        Function<? super InFlight<T>, ? extends R> onInFlight,
        Function<? super Mismatch<T>, ? extends R> onMismatch) {
      return onInFlight.apply(this);
    }
  }

  /**
   * The key was executed with another fingerprint; the handler did not run. Trying again is in
   * vain.
   *
   * @param <T> what the handler returns
   */
  record Mismatch<T extends @Nullable Object>() implements IdempotentResult<T> {
    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super Executed<T>, ? extends R> onExecuted,
        Function<? super Replayed<T>, ? extends R> onReplayed,
        Function<? super InFlight<T>, ? extends R> onInFlight,
        Function<? super Mismatch<T>, ? extends R> onMismatch) {
      return onMismatch.apply(this);
    }
  }
}
