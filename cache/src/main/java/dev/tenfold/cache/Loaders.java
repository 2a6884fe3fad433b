// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Latency;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.core.TimeSource;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs the user's loaders: counts them, times them, and opens their {@link ReadIntent}. */
final class Loaders<K, V> {
  private final String cache;
  private final @Nullable CacheLoader<K, V> loader;
  private final @Nullable BulkLoader<K, V> bulkLoader;
  private final boolean fromReplicas;
  private final CacheCounters counters;
  private final Latency latency;
  private final TimeSource time;

  Loaders(
      String cache,
      @Nullable CacheLoader<K, V> loader,
      @Nullable BulkLoader<K, V> bulkLoader,
      boolean fromReplicas,
      CacheCounters counters,
      Latency latency,
      TimeSource time) {
    this.cache = cache;
    this.loader = loader;
    this.bulkLoader = bulkLoader;
    this.fromReplicas = fromReplicas;
    this.counters = counters;
    this.latency = latency;
    this.time = time;
  }

  boolean hasBulkLoader() {
    return bulkLoader != null;
  }

  @Nullable V load(K key) {
    CacheLoader<K, V> single = loader;
    if (single == null) {
      return loadAll(Set.of(key)).get(key);
    }
    return call(() -> single.load(key));
  }

  Map<K, V> loadAll(Set<K> keys) {
    BulkLoader<K, V> bulk = Objects.requireNonNull(bulkLoader, "bulkLoader");
    Set<K> asked = Collections.unmodifiableSet(keys);
    return call(() -> Objects.requireNonNull(bulk.loadAll(asked), "the bulk loader returned null"));
  }

  /**
   * Runs a loader.
   *
   * @throws CacheLoadException if the loader threw an exception. After an {@link
   *     InterruptedException} the thread's interrupt flag is set again
   */
  private <T extends @Nullable Object> T call(CheckedSupplier<T, Exception> load) {
    counters.loads.increment();
    boolean timed = latency.enabled();
    long began = timed ? time.nanoTime() : 0;
    boolean done = false;
    Ambient.Scope intent = fromReplicas ? null : ReadIntent.PRIMARY.open();
    try (intent) {
      T value = load.get();
      done = true;
      return value;
    } catch (Exception failed) {
      if (failed instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new CacheLoadException(cache, failed);
    } finally {
      if (!done) {
        counters.loadFailures.increment();
      }
      if (timed) {
        latency.record(time.nanoTime() - began);
      }
    }
  }
}
