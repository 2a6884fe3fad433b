// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import com.github.benmanes.caffeine.cache.Cache;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Fills memory and the remote store with what flights have read, and removes keys from both.
 *
 * <p><b>Why a value read before an invalidation is not cached after it.</b> The invalidation marks
 * the flight of the key, takes the flight out of the table, so that later callers start a new one,
 * and only then removes the entry from memory. A flight puts its value into memory in one atomic
 * step with reading that mark. The remote store offers no such step. There a flight announces its
 * write in {@link #fills} before it reads the mark, and the invalidation sets the mark before it
 * looks into {@code fills}: one of the two sees the other, and the removal is sent after the write
 * has ended. After the removal the invalidation marks flights a second time: those that began in
 * between may have read the old value from the store.
 */
final class TierWriter<K, V> {
  private final Cache<K, V> memory;
  private final @Nullable RemoteTier<K, V> remote;
  private final FlightTable<K, V> flights;

  /** The writes to the remote store under way; each completes when the store has answered. */
  private final ConcurrentMap<K, CompletableFuture<@Nullable Void>> fills =
      new ConcurrentHashMap<>();

  TierWriter(Tiers<K, V> tiers, FlightTable<K, V> flights) {
    this.memory = tiers.memory();
    this.remote = tiers.remote();
    this.flights = flights;
  }

  /** Puts a value into memory unless the flight was invalidated, then lands the flight. */
  void fillMemoryAndLand(K key, Flight<V> flight, @Nullable V value) {
    if (value != null) {
      fillMemory(key, flight, value);
    }
    flight.land(value);
  }

  @SuppressWarnings("NullAway") // null from the function means: put nothing
  private void fillMemory(K key, Flight<V> flight, V value) {
    var unused = memory.asMap().computeIfAbsent(key, k -> flight.isInvalidated() ? null : value);
  }

  /** Writes loaded values to the remote store, except those whose flight was invalidated. */
  void fillRemote(Map<K, V> loaded, Map<K, Flight<V>> led) {
    if (remote == null || loaded.isEmpty()) {
      return;
    }
    CompletableFuture<@Nullable Void> fill = new CompletableFuture<>();
    List<K> announced = new ArrayList<>(loaded.size());
    try {
      Map<K, V> valid = new HashMap<>();
      loaded.forEach((key, value) -> {
        // If another flight is writing this key already, that write is enough.
        if (fills.putIfAbsent(key, fill) == null) {
          announced.add(key);
          Flight<V> flight = led.get(key);
          if (flight != null && !flight.isInvalidated()) {
            valid.put(key, value);
          }
        }
      });
      remote.putAll(valid);
    } finally {
      announced.forEach(key -> fills.remove(key, fill));
      fill.complete(null);
    }
  }

  /** Removes a key from both tiers; returns whether the remote store, if any, has confirmed. */
  boolean invalidate(K key) {
    invalidateInProcess(key);
    if (remote == null) {
      return true;
    }
    CompletableFuture<@Nullable Void> fill = fills.get(key);
    if (fill != null) {
      fill.join();
    }
    boolean confirmed = remote.delete(key);
    invalidateInProcess(key);
    return confirmed;
  }

  private void invalidateInProcess(K key) {
    flights.invalidate(key);
    memory.invalidate(key);
  }
}
