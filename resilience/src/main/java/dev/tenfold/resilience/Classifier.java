// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A classifier of results: a success, a failure that counts and may be retried, or neither.
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
 * <p>The verdict depends on the arguments alone, not on earlier calls. A classifier is asked about
 * values and errors of any type. It is not asked about refusals, interrupts and cancellations; a
 * {@link Retry} does not ask it about {@code Error}s either. {@link Verdict#ABANDONED} is not a
 * classifier's verdict, because only the pipeline knows whether a call ran to its end.
 *
 * <p>Implementations are thread-safe and do not block. A throw, and the verdict {@code ABANDONED},
 * are counted and reported once, and the default verdict holds. The contract test is {@code
 * ClassifierContract} in the module's {@code tests} jar.
 */
@FunctionalInterface
public interface Classifier {

  /**
   * Classifies a result.
   *
   * @param value the value that the call returned; null if it returned null or threw
   * @param error the exception that the call threw, without the {@code CompletionException}s and
   *     {@code ExecutionException}s around it; null if it returned
   * @return the verdict; null for the default: a value is a success, an error is a failure
   */
  @Nullable Verdict classify(@Nullable Object value, @Nullable Throwable error);
}
