// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.TimeSource;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The table of keys and their pipelines, with a bounded number of places. A key takes a place
 * before its pipeline is created, so the bound holds at every moment. User code runs without a
 * lock, so it may be called twice for one key; the second pipeline is dropped.
 */
final class KeyedPipelines<K> {
  private static final int MAX_VAIN_SEARCHES = 100; // per idle time

  private final int limit;
  private final Function<? super K, Pipeline> pipelines;
  private final long idleNanos;
  private final TimeSource time;
  private final UserCodeFaults faults;
  private final ConcurrentHashMap<K, KeyedPipeline> keys = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicLong evicted = new AtomicLong();
  private final AtomicBoolean looks = new AtomicBoolean(); // whether a look is scheduled or runs
  private volatile long searchNanos;

  KeyedPipelines(
      int limit,
      Function<? super K, Pipeline> pipelines,
      long idleNanos,
      TimeSource time,
      UserCodeFaults faults) {
    this.limit = limit;
    this.pipelines = pipelines;
    this.idleNanos = idleNanos;
    this.time = time;
    this.faults = faults;
    this.searchNanos = time.nanoTime();
    ensureLooks();
  }

  /** Enters the pipeline of a key. Returns null if there is no place for the key. */
  @Nullable KeyedPipeline enter(K key) {
    KeyedPipeline known = keys.get(key);
    return known != null && known.created() && known.enter() ? known : enterNew(key);
  }

  private @Nullable KeyedPipeline enterNew(K key) {
    KeyedPipeline mine = new KeyedPipeline();
    while (true) {
      // The bin is locked: no user code runs here but the key's equals.
      KeyedPipeline keyed = keys.computeIfAbsent(key, absent -> takePlace() ? mine : null);
      if (keyed == null) {
        if (!makePlace()) {
          return null;
        }
      } else if (keyed != mine && !keyed.enter()) {
        forget(key, keyed); // it was evicted, and another thread is about to remove it
      } else {
        if (!keyed.created()) {
          createPipeline(key, keyed);
        }
        return keyed;
      }
    }
  }

  private boolean takePlace() {
    for (int now = size.get(); now < limit; now = size.get()) {
      if (size.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Evicts every idle key. Returns whether there is a place. */
  private boolean makePlace() {
    ensureLooks();
    long now = time.nanoTime();
    if (now - searchNanos >= 0) {
      for (Map.Entry<K, KeyedPipeline> entry : keys.entrySet()) {
        if (evicts(entry.getValue(), now)) {
          evicted.getAndIncrement();
          forget(entry.getKey(), entry.getValue());
        }
      }
      if (size.get() >= limit) {
        searchNanos = now + idleNanos / MAX_VAIN_SEARCHES;
      }
    }
    return size.get() < limit;
  }

  private boolean evicts(KeyedPipeline keyed, long nowNanos) {
    try {
      return keyed.evictIfIdle(nowNanos, idleNanos);
    } catch (Throwable fault) {
      faults.report("idle", fault);
      return false;
    }
  }

  private void forget(K key, KeyedPipeline keyed) {
    if (keys.remove(key, keyed)) {
      size.getAndDecrement();
      keyed.close(this::closeFailed);
    }
  }

  private void closeFailed(Throwable fault) {
    faults.report("registration", fault);
  }

  /** Creates the pipeline of a key, for a call that has entered. */
  private void createPipeline(K key, KeyedPipeline keyed) {
    Registrations made = new Registrations();
    boolean kept = false;
    Ambient.Scope building = made.building();
    try (building) {
      Pipeline pipeline = pipelines.apply(key);
      if (pipeline == null) {
        throw new NullPointerException("the function of keyed policies returned null");
      }
      kept = keyed.install(pipeline, made);
    } catch (Throwable failed) {
      keyed.exit();
      if (keyed.evictIfEmpty()) {
        forget(key, keyed);
      }
      throw failed;
    } finally {
      if (!kept) {
        made.close(this::closeFailed);
      }
    }
  }

  /** Writes the time of last use to the keys that were used since the last look. */
  private void look() {
    long now = time.nanoTime();
    for (KeyedPipeline keyed : keys.values()) {
      keyed.look(now);
    }
  }

  private void ensureLooks() {
    if (!looks.get() && looks.compareAndSet(false, true)) {
      lookSoon(new Look(new WeakReference<>(this)));
    }
  }

  private void lookSoon(Look look) {
    try {
      var unused = time.schedule(idleNanos / 2, Runnable::run, look);
    } catch (Throwable fault) {
      looks.set(false); // the next call that finds the table full tries again
      faults.report("look", fault);
    }
  }

  int limit() {
    return limit;
  }

  int size() {
    return size.get();
  }

  long evicted() {
    return evicted.get();
  }

  /** The periodic look at the keys. It ends when the table is no longer reachable. */
  private record Look(WeakReference<KeyedPipelines<?>> weakly) implements Runnable {
    /** Runs on the timer. The look does not: to look at many keys takes milliseconds. */
    @Override
    public void run() {
      KeyedPipelines<?> keys = weakly.get();
      if (keys != null) {
        Once once = new Once(this::look);
        try {
          keys.time.handOver().execute(once);
        } catch (Throwable refused) {
          keys.faults.report("look", refused);
          if (once.cancel()) {
            keys.looks.set(false); // the next call that finds the table full tries again
          }
        }
      }
    }

    private void look() {
      KeyedPipelines<?> keys = weakly.get();
      if (keys != null) {
        try {
          keys.look();
        } catch (Throwable fault) {
          keys.faults.report("look", fault);
        } finally {
          keys.lookSoon(this);
        }
      }
    }
  }
}
