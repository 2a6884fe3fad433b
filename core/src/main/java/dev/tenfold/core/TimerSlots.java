// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where pending timers stand: a table without order and without locks, made for timers that are
 * cancelled long before they are due.
 *
 * <p>To schedule is to swap an entry into an empty slot, to cancel or to fire is to swap it out
 * again; whoever swaps it out decides. A thread looks for a slot in its own cache line first, so
 * that threads do not meet, and at random after that.
 *
 * <p>The table consists of blocks, each twice as large as the one before. A block is added when a
 * number of random slots of the last one were all taken, which becomes likely at about half full,
 * and is kept: memory is proportional to the most timers that were ever pending at once (about 10
 * bytes each; 4 kB at least). Searching costs time proportional to the blocks that are in use.
 */
final class TimerSlots {
  /** Slots of the first block; 4 kB, 64 lines. */
  private static final int FIRST = 1 << 10;

  /** Slots of the last block; all of them together hold twice as many. */
  private static final int LAST = 1 << 26;

  /** Slots of one cache line. */
  private static final int LINE = 16;

  /** Random slots to try in a block that has another behind it, and in the last one. */
  private static final int SOME = 2;

  private static final int MANY = 16;

  private final Block home = new Block(FIRST);

  /** The blocks by the position of the one bit that is their size. */
  private final AtomicReferenceArray<@Nullable Block> blocks =
      new AtomicReferenceArray<>(Integer.SIZE);

  TimerSlots() {
    blocks.set(Integer.numberOfTrailingZeros(FIRST), home);
  }

  /**
   * Puts an entry in.
   *
   * @throws RejectedExecutionException if some hundred million timers are pending
   */
  void add(Entry entry) {
    long spread = Thread.currentThread().getId() * 0x9E3779B97F4A7C15L;
    int line = (int) (spread >>> 58) * LINE;
    for (int slot = line; slot < line + LINE; slot++) {
      if (home.put(slot, entry)) {
        return;
      }
    }
    addAnywhere(entry);
  }

  private void addAnywhere(Entry entry) {
    long random = System.identityHashCode(entry);
    for (int size = FIRST; size <= LAST; size <<= 1) {
      Block block = block(size);
      int tries = isLast(size) ? MANY : SOME;
      for (int i = 0; i < tries; i++) {
        random = random * 6364136223846793005L + 1442695040888963407L; // Knuth's MMIX
        if (block.put((int) (random >>> 33) & (size - 1), entry)) {
          block.use();
          return;
        }
      }
    }
    throw new RejectedExecutionException("more than " + LAST + " timers are pending");
  }

  private Block block(int size) {
    int at = Integer.numberOfTrailingZeros(size);
    Block block = blocks.get(at);
    while (block == null) {
      blocks.compareAndSet(at, null, new Block(size));
      block = blocks.get(at);
    }
    return block;
  }

  private boolean isLast(int size) {
    return blocks.get(Integer.numberOfTrailingZeros(size) + 1) == null;
  }

  /** Takes an entry out; true if this call was the one that did. */
  boolean remove(Entry entry) {
    int size = Integer.highestOneBit(entry.place);
    Block block = size == FIRST ? home : block(size);
    return block.compareAndSet(entry.place - size, entry, null);
  }

  /**
   * Looks at every entry. To be called by one thread only.
   *
   * @param nowNanos the clock
   * @param due is given the entries that are due, which stay where they are
   * @return nanoseconds until the first of the others is due; {@link Long#MAX_VALUE} if there are
   *     none
   */
  long search(long nowNanos, List<Entry> due) {
    long least = home.search(nowNanos, due);
    for (int size = FIRST << 1; !isLast(size >> 1); size <<= 1) {
      least = Math.min(least, block(size).searchIfUsed(nowNanos, due));
    }
    return least;
  }

  /** Counts the entries. */
  int count() {
    int count = 0;
    for (int at = 0; at < blocks.length(); at++) {
      Block block = blocks.get(at);
      for (int slot = 0; block != null && slot < block.length(); slot++) {
        count += block.get(slot) == null ? 0 : 1;
      }
    }
    return count;
  }

  /** Counts the slots. */
  int size() {
    int size = FIRST;
    for (; !isLast(size); size <<= 1) {}
    return 2 * size - FIRST;
  }

  private static final class Block extends AtomicReferenceArray<@Nullable Entry> {
    private static final long serialVersionUID = 1L;

    /**
     * Set after an entry was put in; cleared before the slots are read, and set again unless all
     * were read and nothing was found. So it is clear only if there is nothing, or somebody is
     * about to set it. Without it a peak would slow every later search.
     */
    private volatile boolean used;

    Block(int size) {
      super(size);
    }

    boolean put(int slot, Entry entry) {
      if (get(slot) != null) {
        return false;
      }
      entry.place = length() | slot;
      return compareAndSet(slot, null, entry);
    }

    void use() {
      if (!used) {
        used = true;
      }
    }

    long searchIfUsed(long nowNanos, List<Entry> due) {
      if (!used) {
        return Long.MAX_VALUE;
      }
      used = false;
      boolean empty = false;
      try {
        int before = due.size();
        long least = search(nowNanos, due);
        empty = least == Long.MAX_VALUE && due.size() == before;
        return least;
      } finally {
        if (!empty) {
          used = true;
        }
      }
    }

    long search(long nowNanos, List<Entry> due) {
      long least = Long.MAX_VALUE;
      for (int slot = 0; slot < length(); slot++) {
        Entry entry = get(slot);
        if (entry != null) {
          long left = entry.dueNanos - nowNanos;
          if (left <= 0) {
            due.add(entry);
          } else {
            least = Math.min(least, left);
          }
        }
      }
      return least;
    }
  }

  /** A pending hand-over: 32 bytes. */
  abstract static class Entry {
    final long dueNanos;
    private @Nullable Executor executor;
    private @Nullable Runnable task;

    /** The size of the block plus the slot in it. */
    private int place;

    Entry(long dueNanos, Executor executor, Runnable task) {
      this.dueNanos = dueNanos;
      this.executor = executor;
      this.task = task;
    }

    /** Lets go of what it held. For who took it out. */
    final void forget() {
      executor = null;
      task = null;
    }

    /** Hands over. For who took it out. */
    final void handOver() {
      Executor to = executor;
      Runnable what = task;
      forget();
      if (to != null && what != null) {
        to.execute(what);
      }
    }
  }
}
