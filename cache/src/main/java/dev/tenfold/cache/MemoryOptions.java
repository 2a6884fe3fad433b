// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Checks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options of the memory tier, for {@link TieredCache.Builder#memory}.
 *
 * <pre>{@code
 * builder.memory(m -> m.maxEntries(50_000).ttl(Duration.ofSeconds(30)))
 * }</pre>
 *
 * <p><b>Guarantees.</b> Every option has a default and is checked when it is set; options that
 * contradict the cache's are refused when the cache is built.
 *
 * <p><b>No guarantees.</b> Not thread-safe; without effect after the cache is built.
 */
public final class MemoryOptions {
  private static final long MAX_ENTRIES = 100_000_000;

  private final String cache;
  private long maxEntries = 10_000;
  private @Nullable Duration ttl;

  MemoryOptions(String cache) {
    this.cache = cache;
  }

  /**
   * Sets the maximum number of entries in memory. If memory is full, the least useful entries by
   * recency and frequency are evicted. Default 10,000; range 1 to 100,000,000.
   *
   * @param entries the maximum number of entries
   * @return these options
   * @throws IllegalArgumentException if the number is out of range
   */
  public MemoryOptions maxEntries(long entries) {
    String what = "memory maxEntries of cache \"" + cache + '"';
    this.maxEntries = Checks.range(1, MAX_ENTRIES, what, entries);
    return this;
  }

  /**
   * Sets the time to live of an entry in memory. With a remote store this is how long this process
   * may miss an invalidation by another process. Default: without a remote store the ttl of the
   * cache, with one the shorter of 60 s and the ttl of the cache. Range 1 ms to the ttl of the
   * cache, at most 365 days.
   *
   * @param ttl the time to live
   * @return these options
   * @throws IllegalArgumentException if the duration is out of range
   */
  public MemoryOptions ttl(Duration ttl) {
    this.ttl = Ttl.checked("memory ttl of cache \"" + cache + '"', ttl);
    return this;
  }

  long maxEntries() {
    return maxEntries;
  }

  @Nullable Duration ttl() {
    return ttl;
  }
}
