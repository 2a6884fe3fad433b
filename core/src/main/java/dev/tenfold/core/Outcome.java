// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a call as a value: the call returned, threw, or was refused.
 *
 * <pre>{@code
 * String text = outcome.fold(value -> value, error -> "failed", refusal -> "busy");
 * }</pre>
 *
 * <p><b>Guarantees.</b> An outcome is a {@link Success}, a {@link Failure} or a {@link Rejected}.
 *
 * <p><b>No guarantees.</b> An {@code Error} is not an outcome: the call throws it.
 *
 * <p>Immutable if the value is.
 *
 * @param <T> the type of the result
 */
public sealed interface Outcome<T extends @Nullable Object> {

  /**
   * Applies the function of this outcome.
   *
   * @param <R> the type of the functions' result
   * @param onSuccess applied to the value
   * @param onFailure applied to the exception
   * @param onRejected applied to the refusal
   * @return the result of the function
   */
  <R extends @Nullable Object> R fold(
      Function<? super T, ? extends R> onSuccess,
      Function<? super Exception, ? extends R> onFailure,
      Function<? super RejectedException, ? extends R> onRejected);

  /**
   * The call returned.
   *
   * @param <T> the type of the result
   * @param value the result
   */
  record Success<T extends @Nullable Object>(T value) implements Outcome<T> {
    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super T, ? extends R> onSuccess,
        Function<? super Exception, ? extends R> onFailure,
        Function<? super RejectedException, ? extends R> onRejected) {
      return onSuccess.apply(value);
    }
  }

  /**
   * The call threw, timed out or was interrupted.
   *
   * @param <T> the type of the result
   * @param error the exception
   */
  record Failure<T extends @Nullable Object>(Exception error) implements Outcome<T> {
    /**
     * Checks the component.
     *
     * @param error not null
     */
    public Failure {
      Objects.requireNonNull(error, "error");
    }

    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super T, ? extends R> onSuccess,
        Function<? super Exception, ? extends R> onFailure,
        Function<? super RejectedException, ? extends R> onRejected) {
      return onFailure.apply(error);
    }
  }

  /**
   * The call was refused before it began. Cheaper than the exception, which is created only on
   * request: one object of 32 bytes.
   *
   * @param <T> the type of the result
   * @param policy the name of the policy that refused
   * @param kind why the policy refused, for programs
   * @param retryAfterNanos nanoseconds until the policy may admit again, or -1 if it cannot know
   * @param thrown the exception, if the refusal came as one; {@link #refusal} returns it
   */
  record Rejected<T extends @Nullable Object>(
      String policy,
      RejectedException.Kind kind,
      long retryAfterNanos,
      @Nullable RejectedException thrown)
      implements Outcome<T> {
    /**
     * Checks the components.
     *
     * @param policy not null
     * @param kind not null
     * @param retryAfterNanos negative if unknown
     * @param thrown may be null
     */
    public Rejected {
      Objects.requireNonNull(policy, "policy");
      Objects.requireNonNull(kind, "kind");
      retryAfterNanos = Math.max(-1, retryAfterNanos);
    }

    /**
     * Creates the outcome of a refusal that was thrown.
     *
     * @param thrown the refusal; not null
     */
    public Rejected(RejectedException thrown) {
      this(thrown.policy(), thrown.kind(), thrown.retryAfterNanos(), thrown);
    }

    /**
     * Returns why the policy refused, for people.
     *
     * @return the words of the kind, or the reason of the exception
     */
    public String reason() {
      return thrown != null ? thrown.reason() : kind.reason();
    }

    /**
     * Returns the refusal as the exception that {@code call} would have thrown.
     *
     * @return the exception that was thrown, or a new one
     */
    public RejectedException refusal() {
      return thrown != null ? thrown : new RejectedException(policy, kind, retryAfterNanos);
    }

    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super T, ? extends R> onSuccess,
        Function<? super Exception, ? extends R> onFailure,
        Function<? super RejectedException, ? extends R> onRejected) {
      return onRejected.apply(refusal());
    }
  }
}
