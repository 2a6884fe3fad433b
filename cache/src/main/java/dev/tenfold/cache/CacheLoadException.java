// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.util.Objects;

/**
 * A loader threw an exception, which is the cause. The caller on whose thread the loader ran and
 * all who waited for it get one each. {@code Error}s are not wrapped.
 */
public final class CacheLoadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CacheLoadException(String cache, Throwable cause) {
    super(
        "loader of cache \"" + cache + "\" failed: " + cause,
        Objects.requireNonNull(cause, "cause"));
  }
}
