// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * A part of a {@link Pipeline}: a {@link Gate}, a {@link Retry} or a {@link Timeout}. A pipeline
 * refuses any other policy. Custom policies implement {@link Gate}.
 */
public interface Policy {

  /**
   * Returns the time source of this policy. A pipeline refuses policies with different time
   * sources.
   *
   * @return the time source; null if this policy has none
   */
  default @Nullable TimeSource timeSource() {
    return null;
  }
}
