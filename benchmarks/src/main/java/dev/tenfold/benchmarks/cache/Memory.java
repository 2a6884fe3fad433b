// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.cache;

import org.jspecify.annotations.Nullable;

/** A filled cache in memory. */
interface Memory {

  /** Returns the value of a key that the cache holds. */
  @Nullable Object get(String key);
}
