// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The pending timers: a table without order and without locks, for timers that are cancelled long
 * before they are due.
 *
 * <p>Scheduling swaps an entry into an empty slot. Cancelling and firing swap the entry out; the
 * thread whose swap succeeds has decided between the two. A thread tries the slots of one cache
 * line first, which depends on the thread, so that threads rarely meet, and random slots after
 * that.
 *
 * <p>The table consists of blocks, each twice as large as the one before. A block is added if
 * several random slots of the last block were all taken, which becomes likely when it is half full.
 * Blocks are kept: memory is proportional to the maximum number of timers that were ever pending at
 * the same time (about 10 bytes each; at least 4 kB). A search takes time proportional to the
 * blocks in use.
 */
final class TimerSlots {
  /** The slots of the first block: 4 kB, 64 cache lines. */
  private static final int MIN_SIZE = 1 << 10;

  /** The slots of the largest block; all blocks together have twice as many. */
  private static final int MAX_SIZE = 1 << 26;

  /** The slots of one cache line. */
  private static final int LINE = 16;

  /** The number of random slots to try in a block that is not the last. */
  private static final int TRIES = 2;

  /** The number of random slots to try in the last block before another one is added. */
  private static final int TRIES_IN_LAST = 16;

  private final Block first = new Block(MIN_SIZE);

  /** The blocks by the binary logarithm of their size. */
  private final AtomicReferenceArray<@Nullable Block> blocks =
      new AtomicReferenceArray<>(Integer.SIZE);

  TimerSlots() {
    blocks.set(Integer.numberOfTrailingZeros(MIN_SIZE), first);
  }

  /**
   * Adds an entry.
   *
   * @throws RejectedExecutionException if the table is full, with about a hundred million timers
   */
  void add(Entry entry) {
    long spread = Thread.currentThread().getId() * 0x9E3779B97F4A7C15L;
    int line = (int) (spread >>> 58) * LINE;
    for (int slot = line; slot < line + LINE; slot++) {
      if (first.put(slot, entry)) {
        return;
      }
    }
    addAnywhere(entry);
  }

  private void addAnywhere(Entry entry) {
    long random = System.identityHashCode(entry);
    for (int size = MIN_SIZE; size <= MAX_SIZE; size <<= 1) {
      Block block = block(size);
      int tries = isLast(size) ? TRIES_IN_LAST : TRIES;
      for (int i = 0; i < tries; i++) {
        random = random * 6364136223846793005L + 1442695040888963407L; // Knuth's MMIX
        if (block.put((int) (random >>> 33) & (size - 1), entry)) {
          block.use();
          return;
        }
      }
    }
    throw new RejectedExecutionException("more than " + MAX_SIZE + " timers are pending");
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

  /** Removes an entry; returns true if this call removed it. */
  boolean remove(Entry entry) {
    int size = Integer.highestOneBit(entry.place);
    Block block = size == MIN_SIZE ? first : block(size);
    return block.compareAndSet(entry.place - size, entry, null);
  }

  /**
   * Finds the entries that are due. Only one thread may call this.
   *
   * @param nowNanos the reading of the clock
   * @param due gets the entries that are due; they stay in the table
   * @return nanoseconds until the first of the other entries is due; {@link Long#MAX_VALUE} if
   *     there are none
   */
  long search(long nowNanos, List<Entry> due) {
    long least = first.search(nowNanos, due);
    for (int size = MIN_SIZE << 1; !isLast(size >> 1); size <<= 1) {
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
    int size = MIN_SIZE;
    for (; !isLast(size); size <<= 1) {}
    return 2 * size - MIN_SIZE;
  }

  private static final class Block extends AtomicReferenceArray<@Nullable Entry> {
    private static final long serialVersionUID = 1L;

    /**
     * Set after an entry was put in. Cleared before the slots are read, and set again unless all
     * slots were read and empty. So it is clear only if the block is empty, or if a thread is about
     * to set it. Without the flag a peak would slow down every later search.
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

  /** A pending timer: 32 bytes. */
  abstract static class Entry {
    final long dueNanos;
    private @Nullable Executor executor;
    private @Nullable Runnable task;

    /** The size of the block plus the index of the slot in it. */
    private int place;

    Entry(long dueNanos, Executor executor, Runnable task) {
      this.dueNanos = dueNanos;
      this.executor = executor;
      this.task = task;
    }

    /** Drops the references. Only the thread that removed the entry may call this. */
    final void forget() {
      executor = null;
      task = null;
    }

    /** Hands the task over. Only the thread that removed the entry may call this. */
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
