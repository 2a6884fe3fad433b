// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Memory, remote store and source, and the flights between them.
 *
 * <p>Why an invalidation is never undone by a load that began before it: it marks the flight dead,
 * takes it out of the map so that later callers start a new one, and only then clears memory; a
 * flight puts its value into memory in one atomic step with looking at that mark. For the remote
 * store, which offers no such step, a flight announces its write in {@code fills} before it looks
 * at the mark, and the invalidation sets the mark before it looks there: one of them sees the
 * other, and the removal is sent after the write has ended. The second round, after the removal,
 * meets flights that began in between and may have read the old value from the store.
 */
final class Tiers<K, V> {
  private final String name;
  private final Cache<K, V> memory;
  private final @Nullable RemoteTier<K, V> remote;
  private final Source<K, V> source;
  private final CacheCounters counters;
  private final TimeSource time;
  private final Executor executor;
  private final ConcurrentMap<K, Flight<V>> flights = new ConcurrentHashMap<>();
  private final ConcurrentMap<K, CompletableFuture<@Nullable Void>> fills =
      new ConcurrentHashMap<>();

  Tiers(
      String name,
      Cache<K, V> memory,
      @Nullable RemoteTier<K, V> remote,
      Source<K, V> source,
      CacheCounters counters,
      TimeSource time,
      Executor executor) {
    this.name = name;
    this.memory = memory;
    this.remote = remote;
    this.source = source;
    this.counters = counters;
    this.time = time;
    this.executor = executor;
  }

  int loading() {
    return flights.size();
  }

  /** Fetches what memory did not have. */
  @Nullable V fetch(K key) {
    while (true) {
      Flight<V> mine = new Flight<>(new Leader());
      Flight<V> theirs = flights.putIfAbsent(key, mine);
      if (theirs == null) {
        return leadBehindOuter(key, mine);
      }
      boolean abandoned = false;
      try {
        return theirs.await(name, time);
      } catch (Flight.LeaderGaveUpException again) {
        abandoned = true;
      } finally {
        if (!abandoned) {
          counters.coalesced.increment();
        }
      }
    }
  }

  private @Nullable V leadBehindOuter(K key, Flight<V> mine) {
    Leader outer = Leader.current();
    if (outer == null) {
      return lead(key, mine);
    }
    outer.beginWait(mine.leader, name);
    try {
      return lead(key, mine);
    } finally {
      outer.endWait();
    }
  }

  /** Fetches one key for everybody. The flight has landed or failed when this returns or throws. */
  private @Nullable V lead(K key, Flight<V> mine) {
    try (Ambient.Scope leading = mine.leader.lead()) {
      // Another flight may have landed between the look into memory and the start of this one.
      V value = memory.getIfPresent(key);
      if (value != null) {
        counters.memoryHits.increment();
        mine.land(value);
        return value;
      }
      Lookup<V> found = remote == null ? Lookup.leaveAlone() : remote.get(key);
      value = found.value();
      if (value != null) {
        counters.remoteHits.increment();
        keep(key, mine, value);
        return value;
      }
      counters.misses.increment();
      value = source.load(key);
      keep(key, mine, value);
      if (value != null && found.fill()) {
        fillRemote(Map.of(key, value), Map.of(key, mine));
      }
      return value;
    } catch (Throwable failure) {
      flights.remove(key, mine); // first, so that whoever tries again does not meet it again
      mine.fail(forOthers(failure));
      throw failure;
    } finally {
      flights.remove(key, mine);
    }
  }

  /** A leader's interrupt or deadline is its own affair: the others try themselves. */
  private static Throwable forOthers(Throwable failure) {
    Deadline deadline = Deadline.current();
    boolean mine =
        Thread.currentThread().isInterrupted() || (deadline != null && deadline.expired());
    return mine && failure instanceof CacheLoadException
        ? new Flight.LeaderGaveUpException(failure)
        : failure;
  }

  private void keep(K key, Flight<V> mine, @Nullable V value) {
    if (value != null) {
      fillMemory(key, mine, value);
    }
    mine.land(value);
  }

  @SuppressWarnings("NullAway") // null from the function means: put nothing
  private void fillMemory(K key, Flight<V> mine, V value) {
    var unused = memory.asMap().computeIfAbsent(key, k -> mine.isDead() ? null : value);
  }

  private void fillRemote(Map<K, V> loaded, Map<K, Flight<V>> mine) {
    if (remote == null || loaded.isEmpty()) {
      return;
    }
    CompletableFuture<@Nullable Void> fill = new CompletableFuture<>();
    List<K> announced = new ArrayList<>(loaded.size());
    try {
      Map<K, V> alive = new HashMap<>();
      loaded.forEach((key, value) -> {
        // Whoever writes this key already began earlier: one of two is enough.
        if (fills.putIfAbsent(key, fill) == null) {
          announced.add(key);
          Flight<V> flight = mine.get(key);
          if (flight != null && !flight.isDead()) {
            alive.put(key, value);
          }
        }
      });
      remote.putAll(alive);
    } finally {
      announced.forEach(key -> fills.remove(key, fill));
      fill.complete(null);
    }
  }

  /** Fetches what memory did not have; the answer has the keys that have a value. */
  Map<K, V> fetchAll(Set<K> keys) {
    Leader me = new Leader();
    Map<K, Flight<V>> mine = new LinkedHashMap<>();
    Map<K, Flight<V>> theirs = new LinkedHashMap<>();
    for (K key : keys) {
      Flight<V> flight = new Flight<>(me);
      Flight<V> present = flights.putIfAbsent(key, flight);
      if (present == null) {
        mine.put(key, flight);
      } else {
        theirs.put(key, present);
      }
    }
    Map<K, V> result = new HashMap<>();
    // Own flights land before anybody else's is waited for: two batches cannot block each other.
    if (!mine.isEmpty()) {
      leadAllBehindOuter(me, mine, result);
    }
    theirs.forEach((key, flight) -> {
      V value = awaitOrFetch(key, flight);
      if (value != null) {
        result.put(key, value);
      }
    });
    return result;
  }

  private @Nullable V awaitOrFetch(K key, Flight<V> flight) {
    boolean abandoned = false;
    try {
      return flight.await(name, time);
    } catch (Flight.LeaderGaveUpException again) {
      abandoned = true;
    } finally {
      if (!abandoned) {
        counters.coalesced.increment();
      }
    }
    return fetch(key);
  }

  private void leadAllBehindOuter(Leader me, Map<K, Flight<V>> mine, Map<K, V> result) {
    Leader outer = Leader.current();
    try {
      if (outer != null) {
        outer.beginWait(me, name);
      }
      try (Ambient.Scope leading = me.lead()) {
        leadAll(mine, result);
      }
    } catch (Throwable failure) {
      mine.forEach(flights::remove);
      mine.values().forEach(flight -> flight.fail(forOthers(failure)));
      throw failure;
    } finally {
      mine.forEach(flights::remove);
      if (outer != null) {
        outer.endWait();
      }
    }
  }

  private void leadAll(Map<K, Flight<V>> mine, Map<K, V> result) {
    Set<K> open = new LinkedHashSet<>();
    mine.forEach((key, flight) -> {
      V value = memory.getIfPresent(key);
      if (value == null) {
        open.add(key);
      } else {
        counters.memoryHits.increment();
        flight.land(value);
        result.put(key, value);
      }
    });
    Set<K> fillable = new LinkedHashSet<>();
    if (remote != null && !open.isEmpty()) {
      remote
          .getAll(Collections.unmodifiableSet(new LinkedHashSet<>(open)))
          .forEach((key, found) -> {
            V value = found.value();
            if (value != null) {
              counters.remoteHits.increment();
              open.remove(key);
              result.put(key, value);
              keep(key, flightOf(mine, key), value);
            } else if (found.fill()) {
              fillable.add(key);
            }
          });
    }
    counters.misses.add(open.size());
    Map<K, V> loaded = open.isEmpty() ? Map.of() : load(open, mine);
    result.putAll(loaded);
    Map<K, V> toFill = new LinkedHashMap<>(loaded);
    toFill.keySet().retainAll(fillable);
    fillRemote(toFill, mine);
  }

  private Map<K, V> load(Set<K> keys, Map<K, Flight<V>> mine) {
    Map<K, V> loaded = new HashMap<>();
    Map<K, V> bulk = source.isBulk() ? source.loadAll(keys) : null;
    for (K key : keys) {
      V value = bulk == null ? loadOne(key, mine) : bulk.get(key);
      keep(key, flightOf(mine, key), value);
      if (value != null) {
        loaded.put(key, value);
      }
    }
    return loaded;
  }

  private @Nullable V loadOne(K key, Map<K, Flight<V>> mine) {
    try {
      return source.load(key);
    } catch (Throwable failure) {
      mine.forEach(flights::remove);
      flightOf(mine, key).fail(forOthers(failure));
      // The keys that were not reached have not failed: whoever waits for them goes on alone.
      mine.values().forEach(flight -> flight.fail(new Flight.LeaderGaveUpException(null)));
      throw failure;
    }
  }

  private static <K, V> Flight<V> flightOf(Map<K, Flight<V>> mine, K key) {
    Flight<V> flight = mine.get(key);
    if (flight == null) {
      throw new IllegalStateException("the remote tier answered a key that nobody asked for");
    }
    return flight;
  }

  /** Fetches what memory did not have, on the executor. */
  CompletableFuture<@Nullable V> fetchAsync(K key) {
    Flight<V> mine = new Flight<>(new Leader());
    Flight<V> theirs = flights.putIfAbsent(key, mine);
    if (theirs == null) {
      start(key, mine);
      return answer(key, mine, null);
    }
    return answer(key, theirs, Ambient.capture());
  }

  private void start(K key, Flight<V> mine) {
    Runnable task =
        () -> {
          try {
            lead(key, mine);
          } catch (Throwable failure) {
            mine.fail(failure); // a no-op: lead() has done so, and the future tells
          }
        };
    try {
      executor.execute(Ambient.capture().wrap(task));
    } catch (Throwable refused) { // whatever it is: nobody would ever end this flight
      flights.remove(key, mine);
      mine.fail(refused);
    }
  }

  /**
   * The callers' continuations run on the executor, never on the thread of some other get(). Who
   * has joined goes on under its own context if the leader gives up; a leader has none to give.
   */
  private CompletableFuture<@Nullable V> answer(K key, Flight<V> flight, @Nullable Ambient joined) {
    CompletableFuture<@Nullable V> answer = new CompletableFuture<>();
    CompletableFuture<Boolean> told =
        flight
            .ending()
            .handleAsync((value, failure) -> tell(answer, key, value, failure, joined), executor);
    var unused =
        told.whenComplete((done, refused) -> {
          if (refused != null) {
            answer.completeExceptionally(refused);
          }
        });
    return answer;
  }

  private boolean tell(
      CompletableFuture<@Nullable V> answer,
      K key,
      @Nullable V value,
      @Nullable Throwable failure,
      @Nullable Ambient joined) {
    if (failure instanceof Flight.LeaderGaveUpException && joined != null) {
      try (Ambient.Scope caller = joined.open()) {
        var unused = fetchAsync(key).whenComplete((again, error) -> end(answer, again, error));
      }
      return true;
    }
    if (joined != null) {
      counters.coalesced.increment();
    }
    end(answer, value, failure == null ? null : ownOrError(failure));
    return true;
  }

  private static <V> void end(
      CompletableFuture<@Nullable V> answer, @Nullable V value, @Nullable Throwable failure) {
    if (failure == null) {
      answer.complete(value);
    } else {
      answer.completeExceptionally(failure);
    }
  }

  private Throwable ownOrError(Throwable failure) {
    Throwable cause = failure;
    if (failure instanceof Flight.LeaderGaveUpException && failure.getCause() != null) {
      cause = failure.getCause(); // the leader itself is told what happened
    }
    return cause instanceof Error ? cause : Flight.own(name, cause);
  }

  /** Removes a key everywhere; says whether the remote store, if there is one, has confirmed. */
  boolean invalidate(K key) {
    kill(key);
    if (remote == null) {
      return true;
    }
    CompletableFuture<@Nullable Void> fill = fills.get(key);
    if (fill != null) {
      fill.join();
    }
    boolean confirmed = remote.delete(key);
    kill(key);
    return confirmed;
  }

  private void kill(K key) {
    Flight<V> flight = flights.get(key);
    if (flight != null) {
      flight.kill();
      flights.remove(key, flight);
    }
    memory.invalidate(key);
  }
}
