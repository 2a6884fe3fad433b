// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The most frequent keys of a stream in bounded memory: a number of counters, of which the smallest
 * goes over, with its count, to a key that has none. The counts add up to the length of the stream
 * N. A key was seen between {@code count - error} and {@code count} times, no error exceeds N /
 * counters, and every key that was seen more often than that has a counter.
 *
 * <p>The smallest is found by walking over the counters, at each turn for those at the least count
 * that there was when it began. A turn raises the least, which never exceeds N / counters, so the
 * walks take at most two steps per key, averaged over the stream.
 *
 * <p>Everything stands in flat arrays, and integers in place: with thousands of summaries a key
 * costs what it misses in the caches, and what it makes the garbage collector look at. Not
 * thread-safe.
 *
 * <p>An {@code Error} may end a method at any call that it makes, since the stack or the memory may
 * be at its end. Whoever comes after a change that was cut short finds all keys forgotten.
 *
 * <p>Source: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k
 * elements in data streams", <a
 * href="https://doi.org/10.1007/978-3-540-30570-5_27">doi:10.1007/978-3-540-30570-5_27</a>; with
 * the walk in place of linked buckets.
 */
final class SpaceSaving {
  private static final int FIRST = 16;

  // The cells of a counter.
  private static final int COUNT = 0;
  private static final int ERROR = 1;
  private static final int BITS = 2; // the integer, or the hash code of any other key
  private static final int CELLS = 3;

  private final int most;
  private long[] cells; // by place
  private @Nullable Object[] keys; // by place; none or null for an integer
  private short[] table; // by hash of the bits, then the next free: place + 1, or 0
  private int size;
  private long length;
  private long least; // no counter that this turn has passed is as low
  private int turn; // the place where the walk stands
  private boolean changing; // still true at the next call: the change was cut short

  /** Takes the number of counters, from 1 to 4,096. */
  SpaceSaving(int most) {
    this.most = most;
    int first = Math.min(FIRST, most);
    this.cells = new long[first * CELLS];
    this.keys = new Object[0];
    this.table = new short[tableFor(first)];
  }

  /** Forgets all keys. */
  void clear() {
    changing = true;
    Arrays.fill(cells, 0);
    Arrays.fill(keys, null);
    Arrays.fill(table, (short) 0);
    size = 0;
    length = 0;
    least = 0;
    turn = 0;
    changing = false;
  }

  private void mend() {
    if (changing) {
      clear();
    }
  }

  /** At most half full. */
  private static int tableFor(int places) {
    return Integer.highestOneBit(places) * 4;
  }

  /** Counts an integer. */
  void add(long key) {
    add(key, null);
  }

  /** Counts a key that is no integer, has value equality and does not change. */
  void add(Object key) {
    add(key.hashCode(), key);
  }

  private void add(long bits, @Nullable Object key) {
    mend();
    int place = find(bits, key);
    if (place < 0) {
      place = follow(bits, key);
    }
    cells[place * CELLS + COUNT]++; // no call from here on: both are counted, or neither
    length++;
  }

  /** Gives the key a counter: a new one, or the smallest. */
  private int follow(long bits, @Nullable Object key) {
    changing = true;
    int place = size;
    if (size < most) {
      reserve(size + 1);
      size++;
    } else {
      place = smallest();
      leave(place);
      cells[place * CELLS + ERROR] = cells[place * CELLS + COUNT];
    }
    cells[place * CELLS + BITS] = bits;
    name(place, key);
    enter(place);
    changing = false;
    return place;
  }

  private int find(long bits, @Nullable Object key) {
    int at = home(bits);
    while (table[at] != 0) {
      int place = table[at] - 1;
      if (cells[place * CELLS + BITS] == bits && Objects.equals(key, key(place))) {
        return place;
      }
      at = next(at);
    }
    return -1;
  }

  private int home(long bits) {
    return (int) ((bits * 0x9E3779B97F4A7C15L) >>> 48) & (table.length - 1);
  }

  private int next(int at) {
    return (at + 1) & (table.length - 1);
  }

  private @Nullable Object key(int place) {
    return place < keys.length ? keys[place] : null;
  }

  private void name(int place, @Nullable Object key) {
    if (key != null && place >= keys.length) {
      keys = Arrays.copyOf(keys, cells.length / CELLS);
    }
    if (place < keys.length) {
      keys[place] = key;
    }
  }

  private void enter(int place) {
    int at = home(cells[place * CELLS + BITS]);
    while (table[at] != 0) {
      at = next(at);
    }
    table[at] = (short) (place + 1);
  }

  /** Closes the gap that it leaves, so that a search may end at the first free entry. */
  private void leave(int place) {
    int mask = table.length - 1;
    int gap = home(cells[place * CELLS + BITS]);
    while (table[gap] != place + 1) {
      gap = next(gap);
    }
    for (int at = next(gap); table[at] != 0; at = next(at)) {
      int home = home(cells[(table[at] - 1) * CELLS + BITS]);
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        table[gap] = table[at];
        gap = at;
      }
    }
    table[gap] = 0;
  }

  private void reserve(int places) {
    if (places * CELLS > cells.length) {
      int doubled = Math.min(most, 2 * places);
      long[] moreCells = Arrays.copyOf(cells, doubled * CELLS);
      short[] moreTable = new short[tableFor(doubled)];
      cells = moreCells; // no call between the two: a table never has too few entries
      table = moreTable;
      for (int place = 0; place < size; place++) {
        enter(place);
      }
    }
  }

  private int smallest() {
    while (true) {
      for (; turn < size; turn++) {
        if (cells[turn * CELLS + COUNT] <= least) {
          return turn;
        }
      }
      turn = 0;
      least = Long.MAX_VALUE;
      for (int place = 0; place < size; place++) {
        least = Math.min(least, cells[place * CELLS + COUNT]);
      }
    }
  }

  /** Returns how many keys were counted since all were forgotten. */
  long length() {
    mend();
    return length;
  }

  /** Returns the highest counters, highest first. */
  List<Counter> top(int count) {
    mend();
    return IntStream.range(0, size)
        .mapToObj(this::counter)
        .sorted(Comparator.comparingLong(Counter::count).reversed())
        .limit(count)
        .toList();
  }

  private Counter counter(int place) {
    Object key = key(place);
    int cell = place * CELLS;
    return new Counter(
        key != null ? key : (Object) cells[cell + BITS], cells[cell + COUNT], cells[cell + ERROR]);
  }

  /**
   * A key that is followed.
   *
   * @param key a {@code Long}, or as it was added
   * @param count how often it may have been seen
   * @param error how often of that it may have been another key
   */
  record Counter(Object key, long count, long error) {}
}
