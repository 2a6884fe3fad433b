// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a result for how long its backend does not want to be called.
 *
 * <pre>{@code
 * BreakerSignal busy = (value, error) ->
 *     value instanceof Response r && r.status() == 429 ? r.retryAfter() : null;
 * }</pre>
 *
 * <p>Thread-safe, does not block. One that throws is counted, reported once, and the result judged
 * like any other.
 */
@FunctionalInterface
public interface BreakerSignal {

  /**
   * Looks at a result.
   *
   * @param value what the call returned; null too if it threw
   * @param error what the call threw; null if it returned
   * @return for how long to open now; null, or 0 or less, to judge the result like any other
   */
  @Nullable Duration openFor(@Nullable Object value, @Nullable Throwable error);
}
