// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A signal of a backend, read from a result: the time for which it does not want to be called.
 *
 * <pre>{@code
 * BreakerSignal busy = (value, error) ->
 *     value instanceof Response r && r.status() == 429 ? r.retryAfter() : null;
 * }</pre>
 *
 * <p>The same result gets the same answer, whatever came before. Values and errors of any type are
 * asked about. Implementations are thread-safe and do not block. A throw is counted and reported
 * once, and the result is judged like any other. The contract test is {@code BreakerSignalContract}
 * in the module's {@code tests} jar.
 */
@FunctionalInterface
public interface BreakerSignal {

  /**
   * Returns for how long a result asks the breaker to open.
   *
   * @param value the value that the call returned; null if it returned null or threw
   * @param error the exception that the call threw, without the {@code CompletionException}s and
   *     {@code ExecutionException}s around it; null if it returned
   * @return the time to stay open; null, or 0 or less, if the result asks for nothing
   */
  @Nullable Duration openFor(@Nullable Object value, @Nullable Throwable error);
}
