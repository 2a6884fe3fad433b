// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The Space-Saving summary of the most frequent keys of a stream. The number of counters is fixed;
 * a key without a counter takes over the lowest counter and its count. The counts sum up to the
 * length N of the stream. A key occurred between {@code count - error} and {@code count} times, no
 * error exceeds N / counters, and every key that occurred more often than that has a counter.
 *
 * <p>The lowest counter is found by a scan that goes on where the last one ended. A round of the
 * scan accepts counters at the lowest count that there was when the round began. Each round raises
 * that count, which never exceeds N / counters, so the scans take at most two steps per key,
 * amortised over the stream.
 *
 * <p>Flat arrays hold everything, integers in place: with thousands of summaries the cost of a key
 * is that of its cache misses and of the objects for the garbage collector. Not thread-safe.
 *
 * <p>An {@code Error} can end a method at any call that the method makes, because the stack or the
 * memory can be exhausted. The next call after an incomplete change clears all keys.
 *
 * <p>Source: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k
 * elements in data streams", <a
 * href="https://doi.org/10.1007/978-3-540-30570-5_27">doi:10.1007/978-3-540-30570-5_27</a>; with a
 * scan in place of linked buckets.
 */
final class SpaceSaving {
  private static final int INITIAL_PLACES = 16;

  // The cells of a counter.
  private static final int COUNT = 0;
  private static final int ERROR = 1;
  private static final int BITS = 2; // the integer, or the hash code of another key
  private static final int CELLS = 3;

  private final int capacity;
  private long[] cells; // by place
  private @Nullable Object[] keys; // by place; absent or null for an integer
  private short[] table; // linear probing by the hash of the bits: place + 1, or 0
  private int size;
  private long length;
  private long lowest; // the lowest count when the round of the scan began
  private int scanned; // the place where the scan stands
  private boolean changing; // true at the next call: the change before was incomplete

  /** Creates a summary with 1 to 4,096 counters. */
  SpaceSaving(int capacity) {
    this.capacity = capacity;
    int first = Math.min(INITIAL_PLACES, capacity);
    this.cells = new long[first * CELLS];
    this.keys = new Object[0];
    this.table = new short[tableLength(first)];
  }

  /** Clears all keys. */
  void clear() {
    changing = true;
    Arrays.fill(cells, 0);
    Arrays.fill(keys, null);
    Arrays.fill(table, (short) 0);
    size = 0;
    length = 0;
    lowest = 0;
    scanned = 0;
    changing = false;
  }

  private void clearIfIncomplete() {
    if (changing) {
      clear();
    }
  }

  /** Returns a length of the table at which it is at most half full. */
  private static int tableLength(int places) {
    return Integer.highestOneBit(places) * 4;
  }

  /** Counts an integer. */
  void add(long key) {
    add(key, null);
  }

  /** Counts an immutable key with value equality that is not an integer. */
  void add(Object key) {
    add(key.hashCode(), key);
  }

  private void add(long bits, @Nullable Object key) {
    clearIfIncomplete();
    int place = find(bits, key);
    if (place < 0) {
      place = assignCounter(bits, key);
    }
    cells[place * CELLS + COUNT]++; // no call from here on: both change, or neither
    length++;
  }

  /** Assigns a counter to the key: a new one, or the lowest. */
  private int assignCounter(long bits, @Nullable Object key) {
    changing = true;
    int place = size;
    if (size < capacity) {
      reserve(size + 1);
      size++;
    } else {
      place = lowestPlace();
      removeEntry(place);
      cells[place * CELLS + ERROR] = cells[place * CELLS + COUNT];
    }
    cells[place * CELLS + BITS] = bits;
    setKey(place, key);
    addEntry(place);
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

  private void setKey(int place, @Nullable Object key) {
    if (key != null && place >= keys.length) {
      keys = Arrays.copyOf(keys, cells.length / CELLS);
    }
    if (place < keys.length) {
      keys[place] = key;
    }
  }

  private void addEntry(int place) {
    int at = home(cells[place * CELLS + BITS]);
    while (table[at] != 0) {
      at = next(at);
    }
    table[at] = (short) (place + 1);
  }

  /** Removes an entry and closes the gap, so that a search can end at the first free entry. */
  private void removeEntry(int place) {
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
      int doubled = Math.min(capacity, 2 * places);
      long[] moreCells = Arrays.copyOf(cells, doubled * CELLS);
      short[] moreTable = new short[tableLength(doubled)];
      cells = moreCells; // no call between both: the table always has enough entries
      table = moreTable;
      for (int place = 0; place < size; place++) {
        addEntry(place);
      }
    }
  }

  private int lowestPlace() {
    while (true) {
      for (; scanned < size; scanned++) {
        if (cells[scanned * CELLS + COUNT] <= lowest) {
          return scanned;
        }
      }
      scanned = 0;
      lowest = Long.MAX_VALUE;
      for (int place = 0; place < size; place++) {
        lowest = Math.min(lowest, cells[place * CELLS + COUNT]);
      }
    }
  }

  /** Returns the length of the stream since the last {@link #clear}. */
  long length() {
    clearIfIncomplete();
    return length;
  }

  /** Returns the counters with the highest counts, highest first. */
  List<Counter> top(int count) {
    clearIfIncomplete();
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
   * A key with a counter.
   *
   * @param key a {@code Long}, or the key as it was added
   * @param count an upper bound of the occurrences
   * @param error the part of {@code count} that can be due to other keys
   */
  record Counter(Object key, long count, long error) {}
}
