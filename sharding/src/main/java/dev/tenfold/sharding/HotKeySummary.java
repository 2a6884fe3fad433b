// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Function;

/**
 * The counters of one shard's keys, for one thread at a time. A thread that samples does not wait
 * for another one, and no user code runs while the counters are taken. The counters are released by
 * a write to a field. The write takes no call, so nothing can prevent it; the end of the stack can
 * prevent the {@code unlock()} of a lock.
 */
final class HotKeySummary {
  private static final AtomicIntegerFieldUpdater<HotKeySummary> TAKEN =
      AtomicIntegerFieldUpdater.newUpdater(HotKeySummary.class, "taken");

  private final SpaceSaving keys;
  private volatile int taken; // 1 while a thread uses the counters

  HotKeySummary(int counters) {
    this.keys = new SpaceSaving(counters);
  }

  /** Counts an integer. Returns false if another thread uses the counters. */
  boolean tryAdd(long key) {
    if (!tryTake()) {
      return false;
    }
    try {
      keys.add(key);
      return true;
    } finally {
      taken = 0;
    }
  }

  /** Counts a key that is no integer. Returns false if another thread uses the counters. */
  boolean tryAdd(Object key) {
    if (!tryTake()) {
      return false;
    }
    try {
      keys.add(key);
      return true;
    } finally {
      taken = 0;
    }
  }

  void clear() {
    take();
    try {
      keys.clear();
    } finally {
      taken = 0;
    }
  }

  /** Applies a function to the counters. Waits for a thread that uses them. */
  <T> T read(Function<SpaceSaving, T> function) {
    take();
    try {
      return function.apply(keys);
    } finally {
      taken = 0;
    }
  }

  @SuppressWarnings(
      "ThreadPriorityCheck") // gives the processor to the thread that has the counters
  private void take() {
    while (!tryTake()) {
      Thread.yield();
    }
  }

  private boolean tryTake() {
    return taken == 0 && TAKEN.compareAndSet(this, 0, 1);
  }
}
