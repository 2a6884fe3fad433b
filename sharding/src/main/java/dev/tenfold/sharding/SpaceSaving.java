// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

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
 * <p>Everything stands in flat arrays: with thousands of summaries a key costs what it misses in
 * the caches. Not thread-safe.
 *
 * <p>Source: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k
 * elements in data streams", <a
 * href="https://doi.org/10.1007/978-3-540-30570-5_27">doi:10.1007/978-3-540-30570-5_27</a>; with
 * the walk in place of linked buckets.
 */
final class SpaceSaving {
  private static final int FIRST = 16;

  private final int most;
  private Object[] keys; // by place, as the next three
  private int[] hashes;
  private long[] counts;
  private long[] errors;
  private short[] table; // by hash, then the next free: place + 1, or 0
  private int size;
  private long length;
  private long least; // no counter that this turn has passed is as low
  private int turn; // the place where the walk stands

  /** Takes the number of counters, from 1 to 4,096. */
  SpaceSaving(int most) {
    this.most = most;
    clear();
  }

  /** Forgets all keys. */
  void clear() {
    int first = Math.min(FIRST, most);
    keys = new Object[first];
    hashes = new int[first];
    counts = new long[first];
    errors = new long[first];
    table = new short[tableFor(first)];
    size = 0;
    length = 0;
    least = 0;
    turn = 0;
  }

  /** At most half full. */
  private static int tableFor(int places) {
    return Integer.highestOneBit(places) * 4;
  }

  /** Counts a key that has value equality and does not change. */
  void add(Object key) {
    length++;
    int hash = key.hashCode() * 0x9E3779B9;
    hash ^= hash >>> Short.SIZE;
    int place = find(key, hash);
    if (place >= 0) {
      counts[place]++;
      return;
    }
    if (size < most) {
      place = size == keys.length ? grown() : size;
      size++;
    } else {
      place = smallest();
      leave(place);
      errors[place] = counts[place];
    }
    counts[place]++;
    keys[place] = key;
    hashes[place] = hash;
    enter(place);
  }

  private int find(Object key, int hash) {
    int at = hash & (table.length - 1);
    while (table[at] != 0) {
      int place = table[at] - 1;
      if (hashes[place] == hash && keys[place].equals(key)) {
        return place;
      }
      at = next(at);
    }
    return -1;
  }

  private int next(int at) {
    return (at + 1) & (table.length - 1);
  }

  private void enter(int place) {
    int at = hashes[place] & (table.length - 1);
    while (table[at] != 0) {
      at = next(at);
    }
    table[at] = (short) (place + 1);
  }

  /** Closes the gap that it leaves, so that a search may end at the first free entry. */
  private void leave(int place) {
    int mask = table.length - 1;
    int gap = hashes[place] & mask;
    while (table[gap] != place + 1) {
      gap = next(gap);
    }
    for (int at = next(gap); table[at] != 0; at = next(at)) {
      int home = hashes[table[at] - 1] & mask;
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        table[gap] = table[at];
        gap = at;
      }
    }
    table[gap] = 0;
  }

  private int grown() {
    int places = Math.min(most, 2 * size);
    keys = Arrays.copyOf(keys, places);
    hashes = Arrays.copyOf(hashes, places);
    counts = Arrays.copyOf(counts, places);
    errors = Arrays.copyOf(errors, places);
    table = new short[tableFor(places)];
    for (int place = 0; place < size; place++) {
      enter(place);
    }
    return size;
  }

  private int smallest() {
    while (true) {
      for (; turn < size; turn++) {
        if (counts[turn] <= least) {
          return turn;
        }
      }
      turn = 0;
      least = Arrays.stream(counts).min().orElseThrow();
    }
  }

  /** Returns how many keys were counted since the last {@link #clear}. */
  long length() {
    return length;
  }

  /** Returns the highest counters, highest first. */
  List<Counter> top(int count) {
    return IntStream.range(0, size)
        .mapToObj(place -> new Counter(keys[place], counts[place], errors[place]))
        .sorted(Comparator.comparingLong(Counter::count).reversed())
        .limit(count)
        .toList();
  }

  /**
   * A key that is followed.
   *
   * @param count how often it may have been seen
   * @param error how often of that it may have been another key
   */
  record Counter(Object key, long count, long error) {}
}
