// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Configures the memory tier inside {@link TieredCache.Builder#memory}. Not thread-safe. */
public final class MemoryOptions {
  private long maxEntries = 10_000;
  private @Nullable Duration ttl;

  MemoryOptions() {}

  /**
   * Sets how many entries memory holds. Beyond that the least useful are evicted, by recency and
   * frequency. Default 10,000, range 1 to 100,000,000.
   *
   * @param count how many
   * @return these options
   * @throws IllegalArgumentException if it is out of range
   */
  public MemoryOptions maxEntries(long count) {
    if (count < 1 || count > 100_000_000) {
      throw new IllegalArgumentException(
          "maxEntries " + count + " is out of range; it must be 1 to 100000000");
    }
    this.maxEntries = count;
    return this;
  }

  /**
   * Sets how long an entry stays in memory: with a remote store, how long this process may miss an
   * invalidation by another. Default the shorter of 60 s and the cache's ttl, or without a remote
   * store the cache's ttl; range 1 ms to the cache's ttl, at most 365 days.
   *
   * @param ttl how long
   * @return these options
   * @throws IllegalArgumentException if it is out of range
   */
  public MemoryOptions ttl(Duration ttl) {
    this.ttl = Ttl.checked("memory ttl", ttl);
    return this;
  }

  long maxEntries() {
    return maxEntries;
  }

  @Nullable Duration ttl() {
    return ttl;
  }
}
