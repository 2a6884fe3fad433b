// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.tenfold.core.Ambient;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads several keys. Of the keys that memory does not have, it leads the flights of those that no
 * caller reads yet, with one read of the remote store and one call of the bulk loader, and joins
 * the flights of the others.
 */
final class BatchRead<K, V> {
  private final Tiers<K, V> tiers;
  private final Cache<K, V> memory;
  private final @Nullable RemoteTier<K, V> remote;
  private final Loaders<K, V> loaders;
  private final CacheCounters counters;
  private final FlightTable<K, V> flights;
  private final TierWriter<K, V> writer;
  private final SingleRead<K, V> single;

  BatchRead(
      Tiers<K, V> tiers,
      FlightTable<K, V> flights,
      TierWriter<K, V> writer,
      SingleRead<K, V> single) {
    this.tiers = tiers;
    this.memory = tiers.memory();
    this.remote = tiers.remote();
    this.loaders = tiers.loaders();
    this.counters = tiers.counters();
    this.flights = flights;
    this.writer = writer;
    this.single = single;
  }

  /** Returns the keys that have a value, with their values, in the order of {@code keys}. */
  Map<K, V> getAll(Collection<? extends K> keys) {
    Map<K, V> hits = new LinkedHashMap<>();
    Set<K> missing = new LinkedHashSet<>();
    for (K key : new LinkedHashSet<K>(keys)) {
      V value = memory.getIfPresent(key);
      if (value == null) {
        missing.add(key);
      } else {
        counters.memoryHits.increment();
        hits.put(key, value);
      }
    }
    return missing.isEmpty() ? hits : merged(keys, hits, readMissing(missing));
  }

  private static <K, V> Map<K, V> merged(
      Collection<? extends K> keys, Map<K, V> hits, Map<K, V> read) {
    Map<K, V> ordered = new LinkedHashMap<>();
    for (K key : keys) {
      V hit = hits.get(key);
      V value = hit == null ? read.get(key) : hit;
      if (value != null) {
        ordered.put(key, value);
      }
    }
    return ordered;
  }

  private Map<K, V> readMissing(Set<K> keys) {
    FlightLeader leader = new FlightLeader();
    Map<K, Flight<V>> led = new LinkedHashMap<>();
    Map<K, Flight<V>> joined = new LinkedHashMap<>();
    for (K key : keys) {
      Flight<V> flight = new Flight<>(leader);
      Flight<V> present = flights.putIfAbsent(key, flight);
      if (present == null) {
        led.put(key, flight);
      } else {
        joined.put(key, present);
      }
    }
    Map<K, V> result = new HashMap<>();
    // Led flights end before joined ones are waited for: two batches cannot block each other.
    if (!led.isEmpty()) {
      leadNested(leader, led, result);
    }
    joined.forEach((key, flight) -> {
      V value = single.joinOrGet(key, flight);
      if (value != null) {
        result.put(key, value);
      }
    });
    return result;
  }

  /** Leads flights. If this thread runs a loader already, its leader waits for the new one. */
  private void leadNested(FlightLeader leader, Map<K, Flight<V>> led, Map<K, V> result) {
    FlightLeader outer = FlightLeader.current();
    try {
      if (outer != null) {
        outer.beginWait(leader, tiers.cache());
      }
      Ambient.Scope leading = leader.open();
      try (leading) {
        lead(led, result);
      }
    } catch (Throwable failure) {
      flights.removeAll(led);
      led.values().forEach(flight -> flight.fail(Flight.forWaiters(failure)));
      throw failure;
    } finally {
      flights.removeAll(led);
      if (outer != null) {
        outer.endWait();
      }
    }
  }

  private void lead(Map<K, Flight<V>> led, Map<K, V> result) {
    Set<K> missing = readMemory(led, result);
    Set<K> fillable = new LinkedHashSet<>();
    if (remote != null && !missing.isEmpty()) {
      readRemote(remote, missing, led, result, fillable);
    }
    counters.misses.add(missing.size());
    Map<K, V> loaded = missing.isEmpty() ? Map.of() : load(missing, led);
    result.putAll(loaded);
    Map<K, V> toFill = new LinkedHashMap<>(loaded);
    toFill.keySet().retainAll(fillable);
    writer.fillRemote(toFill, led);
  }

  /** Lands the flights whose keys memory has by now; returns the other keys. */
  private Set<K> readMemory(Map<K, Flight<V>> led, Map<K, V> result) {
    Set<K> missing = new LinkedHashSet<>();
    led.forEach((key, flight) -> {
      V value = memory.getIfPresent(key);
      if (value == null) {
        missing.add(key);
      } else {
        counters.memoryHits.increment();
        flight.land(value);
        result.put(key, value);
      }
    });
    return missing;
  }

  /** Lands the flights whose keys the store has, and takes those keys out of {@code missing}. */
  private void readRemote(
      RemoteTier<K, V> store,
      Set<K> missing,
      Map<K, Flight<V>> led,
      Map<K, V> result,
      Set<K> fillable) {
    Set<K> asked = Collections.unmodifiableSet(new LinkedHashSet<>(missing));
    store
        .getAll(asked)
        .forEach((key, found) -> {
          V value = found.value();
          if (value != null) {
            counters.remoteHits.increment();
            missing.remove(key);
            result.put(key, value);
            writer.fillMemoryAndLand(key, flightOf(led, key), value);
          } else if (found.fillable()) {
            fillable.add(key);
          }
        });
  }

  private Map<K, V> load(Set<K> keys, Map<K, Flight<V>> led) {
    Map<K, V> loaded = new HashMap<>();
    Map<K, V> bulk = loaders.hasBulkLoader() ? loaders.loadAll(keys) : null;
    for (K key : keys) {
      V value = bulk == null ? loadOne(key, led) : bulk.get(key);
      writer.fillMemoryAndLand(key, flightOf(led, key), value);
      if (value != null) {
        loaded.put(key, value);
      }
    }
    return loaded;
  }

  private @Nullable V loadOne(K key, Map<K, Flight<V>> led) {
    try {
      return loaders.load(key);
    } catch (Throwable failure) {
      flights.removeAll(led);
      flightOf(led, key).fail(Flight.forWaiters(failure));
      // The loads of the other keys have not failed: their waiting callers read again.
      led.values().forEach(flight -> flight.fail(new Flight.LeaderGaveUpException(null)));
      throw failure;
    }
  }

  private static <K, V> Flight<V> flightOf(Map<K, Flight<V>> led, K key) {
    Flight<V> flight = led.get(key);
    if (flight == null) {
      throw new IllegalStateException("the remote tier returned a key that was not asked for");
    }
    return flight;
  }
}
