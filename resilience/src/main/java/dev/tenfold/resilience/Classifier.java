// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Says what a result means: a failure that counts and is worth repeating, a success, or nothing.
 *
 * <pre>{@code
 * Classifier http = (value, error) -> {
 *   if (error instanceof ValidationException) {
 *     return Verdict.IGNORED;
 *   }
 *   return value instanceof Response response && response.status() >= 500 ? Verdict.FAILURE : null;
 * };
 * }</pre>
 *
 * <p>Thread-safe, does not block. One that throws is counted, reported once, and the default holds.
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
