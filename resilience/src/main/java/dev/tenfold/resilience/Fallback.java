// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A fallback: the value of a call that failed. It is an argument of the call, has the type of the
 * call, and stands outside every policy.
 *
 * <pre>{@code
 * pipeline.call(() -> client.get(id), Fallback.value("n/a"));
 * pipeline.call(() -> client.get(id), Fallback.<String>of(error -> cache.get(id))
 *     .when(error -> error instanceof RejectedException));
 * }</pre>
 *
 * <p>A fallback replaces every {@code Exception}, including refusals and timeouts. It does not
 * replace an {@code Error}, an interrupt or a cancellation. The function and the condition are
 * given the exception inside {@code CompletionException}s and {@code ExecutionException}s. An
 * exception of the function reaches the caller.
 *
 * <p>Immutable and thread-safe if the function is.
 *
 * @param <T> the type of the value
 */
public final class Fallback<T extends @Nullable Object> {
  private final Function<? super Exception, ? extends T> answer;
  private final Predicate<? super Exception> when;

  private Fallback(
      Function<? super Exception, ? extends T> answer, Predicate<? super Exception> when) {
    this.answer = Objects.requireNonNull(answer, "answer");
    this.when = Objects.requireNonNull(when, "when");
  }

  /**
   * Returns a fallback with a constant value.
   *
   * @param <T> the type of the value
   * @param value the value
   * @return the fallback
   */
  public static <T extends @Nullable Object> Fallback<T> value(T value) {
    return new Fallback<>(error -> value, error -> true);
  }

  /**
   * Returns a fallback that computes its value.
   *
   * @param <T> the type of the value
   * @param answer takes the exception of the call and returns the value
   * @return the fallback
   */
  public static <T extends @Nullable Object> Fallback<T> of(
      Function<? super Exception, ? extends T> answer) {
    return new Fallback<>(answer, error -> true);
  }

  /**
   * Returns a fallback with a condition.
   *
   * @param condition true for the exceptions that the fallback replaces; a throw is counted ({@link
   *     Pipeline#faults}) and means false
   * @return the fallback; all other exceptions reach the caller
   */
  public Fallback<T> when(Predicate<? super Exception> condition) {
    Objects.requireNonNull(condition, "condition");
    Predicate<? super Exception> outer = when;
    return new Fallback<>(answer, error -> outer.test(error) && condition.test(error));
  }

  boolean standsInFor(Exception error) {
    return when.test(error);
  }

  T answer(Exception error) {
    return answer.apply(error);
  }
}
