// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.util.Objects;

/**
 * A loader of a cache threw an exception, which is the cause. The caller on whose thread the loader
 * ran, and every caller that waited for the load, get an exception of their own with a stack trace
 * of their own.
 *
 * <p><b>Guarantees.</b> The cause is the exception of the loader, and is never null.
 *
 * <p><b>No guarantees.</b> An {@code Error} of a loader is not wrapped: callers get the error
 * itself.
 */
public final class CacheLoadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CacheLoadException(String cache, Throwable cause) {
    super(
        "loader of cache \"" + cache + "\" failed: " + cause,
        Objects.requireNonNull(cause, "cause"));
  }
}
