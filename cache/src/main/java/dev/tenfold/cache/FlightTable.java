// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The flights under way, at most one per key: what makes concurrent reads of a key share a load.
 */
final class FlightTable<K, V> {
  private final ConcurrentMap<K, Flight<V>> flights = new ConcurrentHashMap<>();

  /** Adds a flight unless one of the key is under way; returns the one under way, or null. */
  @Nullable Flight<V> putIfAbsent(K key, Flight<V> flight) {
    return flights.putIfAbsent(key, flight);
  }

  /** Removes a flight, so that the next read of the key starts a new one. */
  void remove(K key, Flight<V> flight) {
    flights.remove(key, flight);
  }

  void removeAll(Map<K, Flight<V>> ended) {
    ended.forEach(flights::remove);
  }

  /** Marks the flight of a key, if there is one, as invalidated, and removes it. */
  void invalidate(K key) {
    Flight<V> flight = flights.get(key);
    if (flight != null) {
      flight.invalidate();
      flights.remove(key, flight);
    }
  }

  int size() {
    return flights.size();
  }
}
