// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of an idempotent call. In terms of HTTP: {@link Executed} and {@link Replayed} carry
 * the same answer, {@link InFlight} is a 409, {@link Mismatch} is a 422.
 *
 * <pre>{@code
 * Response response = result.fold(
 *     executed -> Response.ok(executed.value()),
 *     replayed -> Response.ok(replayed.value()).header("Idempotent-Replayed", "true"),
 *     inFlight -> Response.status(409),
 *     mismatch -> Response.status(422));
 * }</pre>
 *
 * <p><b>Guarantees.</b> The handler ran if and only if the outcome is {@link Executed}.
 *
 * <p><b>No guarantees.</b> An {@link Executed} is final only when the caller has committed. There
 * is no outcome for a failed handler: it leaves no record, so its exception is thrown and never
 * replayed. If retries have to get a refusal again (a declined card), return the refusal as a
 * value.
 *
 * <p>Immutable if the value is.
 *
 * @param <T> the type of the handler's result
 */
public sealed interface IdempotentResult<T extends @Nullable Object> {

  /**
   * Applies the function of this outcome.
   *
   * @param <R> the type of the functions' result
   * @param onExecuted applied if the handler ran
   * @param onReplayed applied if a stored result was found
   * @param onInFlight applied if another transaction holds the key
   * @param onMismatch applied if the key belongs to another request
   * @return the result of the function
   */
  <R extends @Nullable Object> R fold(
      Function<? super Executed<T>, ? extends R> onExecuted,
      Function<? super Replayed<T>, ? extends R> onReplayed,
      Function<? super InFlight<T>, ? extends R> onInFlight,
      Function<? super Mismatch<T>, ? extends R> onMismatch);

  /**
   * The handler ran in this call. The execution is final when the caller commits.
   *
   * @param <T> the type of the handler's result
   * @param value the result
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
   * An earlier call executed this request. The handler did not run in this call.
   *
   * @param <T> the type of the handler's result
   * @param value the result of the earlier call, decoded
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
   * Another open transaction holds the key. The handler did not run. Try again later, in a new
   * transaction: when the other transaction has ended, its result is stored or it has rolled back.
   *
   * @param <T> the type of the handler's result
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
   * The key was executed with another fingerprint. The handler did not run, and another attempt
   * would not change that.
   *
   * @param <T> the type of the handler's result
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
