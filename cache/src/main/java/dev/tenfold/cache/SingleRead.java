// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.tenfold.core.Ambient;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one key that memory does not have: leads a flight of the key, or joins the one under way.
 */
final class SingleRead<K, V> {
  private final Tiers<K, V> tiers;
  private final Cache<K, V> memory;
  private final @Nullable RemoteTier<K, V> remote;
  private final CacheCounters counters;
  private final FlightTable<K, V> flights;
  private final TierWriter<K, V> writer;

  SingleRead(Tiers<K, V> tiers, FlightTable<K, V> flights, TierWriter<K, V> writer) {
    this.tiers = tiers;
    this.memory = tiers.memory();
    this.remote = tiers.remote();
    this.counters = tiers.counters();
    this.flights = flights;
    this.writer = writer;
  }

  @Nullable V get(K key) {
    while (true) {
      Flight<V> led = new Flight<>(new FlightLeader());
      Flight<V> present = flights.putIfAbsent(key, led);
      if (present == null) {
        return leadNested(key, led);
      }
      try {
        return join(present);
      } catch (Flight.LeaderGaveUpException gaveUp) {
        // Nobody knows the value: the next round leads a flight, or joins another one.
      }
    }
  }

  /** Waits for a flight under way; reads the key itself if the leader gave up. */
  @Nullable V joinOrGet(K key, Flight<V> flight) {
    try {
      return join(flight);
    } catch (Flight.LeaderGaveUpException gaveUp) {
      return get(key);
    }
  }

  private @Nullable V join(Flight<V> flight) {
    boolean gaveUp = false;
    try {
      return flight.await(tiers.cache(), tiers.time());
    } catch (Flight.LeaderGaveUpException again) {
      gaveUp = true;
      throw again;
    } finally {
      if (!gaveUp) {
        counters.coalesced.increment();
      }
    }
  }

  /** Leads a flight. If this thread runs a loader already, its leader waits for the new one. */
  private @Nullable V leadNested(K key, Flight<V> led) {
    FlightLeader outer = FlightLeader.current();
    if (outer == null) {
      return lead(key, led);
    }
    outer.beginWait(led.leader, tiers.cache());
    try {
      return lead(key, led);
    } finally {
      outer.endWait();
    }
  }

  /**
   * Leads a flight: reads the remote store, else calls the loader, and fills the tiers in front.
   * When this method returns or throws, the flight has landed or failed.
   */
  @Nullable V lead(K key, Flight<V> led) {
    Ambient.Scope leading = led.leader.open();
    try (leading) {
      // Another flight may have landed between the caller's look into memory and this flight.
      V value = memory.getIfPresent(key);
      if (value != null) {
        counters.memoryHits.increment();
        led.land(value);
        return value;
      }
      RemoteLookup<V> found = remote == null ? RemoteLookup.bypass() : remote.get(key);
      value = found.value();
      if (value != null) {
        counters.remoteHits.increment();
        writer.fillMemoryAndLand(key, led, value);
        return value;
      }
      counters.misses.increment();
      value = tiers.loaders().load(key);
      writer.fillMemoryAndLand(key, led, value);
      if (value != null && found.fillable()) {
        writer.fillRemote(Map.of(key, value), Map.of(key, led));
      }
      return value;
    } catch (Throwable failure) {
      flights.remove(key, led); // before it fails: a caller that reads again must not join it
      led.fail(Flight.forWaiters(failure));
      throw failure;
    } finally {
      flights.remove(key, led);
    }
  }
}
