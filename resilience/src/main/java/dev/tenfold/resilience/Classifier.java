// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Says what a result means: a failure that counts and is worth repeating, a success, or nothing.
 *
 * <pre>{@code
 * final class HttpClassifier implements Classifier {
 *   public Verdict classify(Object value, Throwable error) {
 *     if (value instanceof Response response) {
 *       int status = response.status();
 *       return status >= 500 || status == 429
 *           ? Verdict.FAILURE
 *           : status >= 400 ? Verdict.IGNORED : Verdict.SUCCESS;
 *     }
 *     return error instanceof ValidationException ? Verdict.IGNORED : null;
 *   }
 * }
 * }</pre>
 *
 * <p>It answers by what it is given alone: the same whatever came before. It is asked about values
 * and errors of any type, and never answers {@link Verdict#ABANDONED}: whether a call ran to its
 * end is not its to say. Nor is it asked about refusals, interrupts and cancellations, and by a
 * {@link Retry} not about {@code Error}s.
 *
 * <p>Thread-safe, does not block. One that throws is counted, reported once, and the default holds.
 * The contract test {@code ClassifierContract} asserts what an implementation owes.
 */
@FunctionalInterface
public interface Classifier {

  /**
   * Classifies a result.
   *
   * @param value what the call returned; null too if it threw
   * @param error what the call threw; null if it returned
   * @return the verdict, or null for the default: a value is a success, an error a failure
   */
  @Nullable Verdict classify(@Nullable Object value, @Nullable Throwable error);
}
