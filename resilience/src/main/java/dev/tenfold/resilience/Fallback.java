// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a call answers instead when it fails, typed at the call and outside every policy.
 *
 * <pre>{@code
 * pipeline.call(() -> client.get(id), Fallback.value("n/a"));
 * pipeline.call(() -> client.get(id), Fallback.<String>of(error -> cache.get(id))
 *     .when(error -> error instanceof RejectedException));
 * }</pre>
 *
 * <p>It stands in for every {@code Exception}, refusals and timeouts included, but not for {@code
 * Error}s, interrupts and cancellations: who stops a call does not want an answer. What its
 * function throws reaches the caller.
 *
 * <p>Immutable, if the function is.
 *
 * @param <T> what it answers
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
   * Returns a fallback that always answers the same.
   *
   * @param <T> what it answers
   * @param value the answer
   * @return the fallback
   */
  public static <T extends @Nullable Object> Fallback<T> value(T value) {
    return new Fallback<>(error -> value, error -> true);
  }

  /**
   * Returns a fallback that computes its answer.
   *
   * @param <T> what it answers
   * @param answer takes what the call threw
   * @return the fallback
   */
  public static <T extends @Nullable Object> Fallback<T> of(
      Function<? super Exception, ? extends T> answer) {
    return new Fallback<>(answer, error -> true);
  }

  /**
   * Narrows this fallback.
   *
   * @param condition true for what it stands in for; one that throws is counted ({@link
   *     Pipeline#faults}) and taken as false
   * @return a fallback that lets everything else through
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
