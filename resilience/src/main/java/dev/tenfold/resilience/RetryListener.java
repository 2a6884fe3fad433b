// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Is told of each attempt after the first, for a log or to refresh what the call uses. */
@FunctionalInterface
public interface RetryListener {

  /**
   * Is called when an attempt is about to begin. The wait before the attempt is over; only the
   * caller can still prevent the attempt, by ending the call. Runs on the thread of the attempt,
   * with the {@link dev.tenfold.core.Ambient} context of the caller.
   *
   * @param attempt the number of the attempt: 2 or more
   * @param waited the wait before the attempt
   * @param value the value of the attempt before; null if it returned null or threw
   * @param error the exception of the attempt before; null if it returned
   */
  void retrying(int attempt, Duration waited, @Nullable Object value, @Nullable Throwable error);
}
