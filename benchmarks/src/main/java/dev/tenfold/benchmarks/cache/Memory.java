// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.cache;

import org.jspecify.annotations.Nullable;

/** What every contender does with a key that it holds. */
interface Memory {

  /** Returns the value. */
  @Nullable Object get(String key);
}
