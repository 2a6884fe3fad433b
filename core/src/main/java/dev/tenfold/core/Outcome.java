// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended, as a value: it returned, it threw, or it was refused. {@code Error}s are not
 * outcomes; they are thrown.
 *
 * <pre>{@code
 * String text = outcome.fold(value -> value, error -> "failed", refusal -> "busy");
 * }</pre>
 *
 * <p>Immutable if the value is.
 *
 * @param <T> what the call returns
 */
public sealed interface Outcome<T extends @Nullable Object> {

  /**
   * Applies the function that fits.
   *
   * @param <R> what the functions return
   * @param onSuccess applied to the value
   * @param onFailure applied to the exception
   * @param onRejected applied to the refusal
   * @return what the function returned
   */
  <R extends @Nullable Object> R fold(
      Function<? super T, ? extends R> onSuccess,
      Function<? super Exception, ? extends R> onFailure,
      Function<? super RejectedException, ? extends R> onRejected);

  /**
   * The call returned.
   *
   * @param <T> what the call returns
   * @param value what it returned
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
   * @param <T> what the call would have returned
   * @param error what it threw
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
   * The call was refused before it began.
   *
   * @param <T> what the call would have returned
   * @param refusal who refused and when to try again
   */
  record Rejected<T extends @Nullable Object>(RejectedException refusal) implements Outcome<T> {
    /**
     * Checks the component.
     *
     * @param refusal not null
     */
    public Rejected {
      Objects.requireNonNull(refusal, "refusal");
    }

    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super T, ? extends R> onSuccess,
        Function<? super Exception, ? extends R> onFailure,
        Function<? super RejectedException, ? extends R> onRejected) {
      return onRejected.apply(refusal);
    }
  }
}
