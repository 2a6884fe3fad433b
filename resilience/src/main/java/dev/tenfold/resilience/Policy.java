// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Pipeline} composes: a {@link Gate}, a {@link Retry} or a {@link Timeout}. Implement
 * {@link Gate}; a policy that is none of the three is refused.
 */
public interface Policy {

  /**
   * Returns the clock by which this policy waits and measures. A pipeline refuses policies of
   * different clocks.
   *
   * @return the clock, or null if this policy has none of its own
   */
  default @Nullable TimeSource timeSource() {
    return null;
  }
}
