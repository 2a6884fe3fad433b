// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A time window in ten slices. One counter of calls only grows. A note keeps the value of the
 * counter at the beginning of each of the last ten slices, so the number of calls in the window is
 * a difference. Failures and slow calls are rare and have one counter per slice. Notes and counters
 * carry the low bits of the number of their slice as a tag: a cell of an old slice is recognised
 * and replaced when it is next written, and a thread that was delayed does not write into a later
 * lap. There is no rotation, no lock and no timer.
 *
 * <p>The oldest slice leaves as a whole: the window covers 90 % to 100 % of its length. A result
 * counts in the slice in which it arrives; at the change of a slice it counts in either.
 *
 * <p>Rates are computed after a failure or a slow call, because a success alone only lowers a rate.
 * A success computes the rates in two cases: it begins a new slice, so that the oldest slice
 * leaves; or a rate is reached but the number of calls is too small ({@code armed}).
 */
final class TimeWindow implements FailureWindow {
  private static final int SLICES = 10;

  // The only cell that a success writes has rarely written cells in its cache line.
  private static final int NOTES = 0;
  private static final int CALLS = SLICES;
  private static final int FAILURES = CALLS + 1;
  private static final int SLOW = FAILURES + SLICES;

  private static final int COUNT_BITS = 36;
  private static final long COUNT = (1L << COUNT_BITS) - 1;
  private static final long TAG = -1L >>> COUNT_BITS;

  /**
   * The longest delay of a thread, in slices. A tag further ahead belongs to a past lap of tags.
   */
  private static final long MAX_DELAY_SLICES = 10_000;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle END =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "endNanos", VarHandle.class, TimeWindow.class, long.class);

  private final long[] cells;
  private final Threshold threshold;
  private final long originNanos;
  private final long sliceNanos;

  /** The end of the last slice that has a note. Written after the note. */
  private volatile long endNanos;

  private volatile boolean armed;

  TimeWindow(Threshold threshold, long originNanos, long windowNanos) {
    this.threshold = threshold;
    this.originNanos = originNanos;
    this.sliceNanos = Math.max(1, windowNanos / SLICES);
    this.cells = new long[threshold.watchesSlow() ? SLOW + SLICES : SLOW];
    this.endNanos = originNanos + sliceNanos;
    // Slice 0 is the first. The slices before it are empty.
    for (int slice = 1 - SLICES; slice <= 0; slice++) {
      cells[NOTES + Math.floorMod(slice, SLICES)] = tag(slice) << COUNT_BITS;
    }
  }

  @Override
  public int needs() {
    return Gate.TIME_AT_EXIT;
  }

  @Override
  public boolean record(long nowNanos, boolean failed, boolean slow) {
    if (nowNanos - endNanos >= 0) {
      return turned(nowNanos, failed, slow);
    }
    CELL.getAndAdd(cells, CALLS, 1L);
    return (failed || slow || armed) && evaluate(failed, slow);
  }

  private boolean turned(long nowNanos, boolean failed, boolean slow) {
    turn(nowNanos);
    CELL.getAndAdd(cells, CALLS, 1L);
    return evaluate(failed, slow);
  }

  private boolean evaluate(boolean failed, boolean slow) {
    long slice = lastSlice();
    if (failed) {
      add(FAILURES, slice);
    }
    if (slow && threshold.watchesSlow()) {
      add(SLOW, slice);
    }
    // While another thread begins a slice, the oldest note may be gone. Then the next note is used.
    long first = slice - SLICES + 1;
    while (first < slice && !begins(first, note(first))) {
      first++;
    }
    long note = note(first);
    // A result is counted as a call first, so calls are read last: no rate is too high.
    long failures = sum(FAILURES, first + SLICES - 1);
    long slows = slow(first + SLICES - 1);
    long calls = (recorded() - note) & COUNT;
    if (!begins(first, note) || note(first) != note) {
      return false; // another thread has begun a slice and computes the rates afterwards
    }
    boolean reached = threshold.reached(calls, failures, slows);
    boolean enough = threshold.enough(calls);
    boolean arm = reached && !enough;
    if (armed != arm) {
      armed = arm;
    }
    return reached && enough;
  }

  @Override
  public long recorded() {
    return (long) CELL.getVolatile(cells, CALLS);
  }

  @Override
  public long calls(long nowNanos) {
    long last = lastSlice();
    return calls(Math.max(last, slice(nowNanos)), last);
  }

  @Override
  public long failures(long nowNanos) {
    return upToCalls(sum(FAILURES, Math.max(lastSlice(), slice(nowNanos))), nowNanos);
  }

  @Override
  public long slowCalls(long nowNanos) {
    return upToCalls(slow(Math.max(lastSlice(), slice(nowNanos))), nowNanos);
  }

  /** A result at the change of a slice may leave the window one slice later than its call. */
  private long upToCalls(long bad, long nowNanos) {
    return Math.min(bad, calls(nowNanos));
  }

  private long slice(long nowNanos) {
    return Math.floorDiv(nowNanos - originNanos, sliceNanos);
  }

  private long lastSlice() {
    return (endNanos - originNanos) / sliceNanos - 1;
  }

  private static long tag(long slice) {
    return slice & TAG;
  }

  /** Returns by how many slices the cell is ahead of a slice; negative if it is not. */
  private static long ahead(long cell, long slice) {
    long ahead = ((cell >>> COUNT_BITS) - slice) & TAG;
    return ahead <= MAX_DELAY_SLICES ? ahead : -1;
  }

  /** Begins the present slice and the skipped slices before it. */
  private void turn(long nowNanos) {
    long slice = slice(nowNanos);
    for (long each = Math.max(lastSlice() + 1, slice - SLICES + 1); each <= slice; each++) {
      begin(each);
    }
    long end = originNanos + (slice + 1) * sliceNanos;
    long before = endNanos;
    while (end - before > 0 && !END.compareAndSet(this, before, end)) {
      before = endNanos;
    }
  }

  /**
   * Notes the value of the counter at the beginning of a slice, unless another thread has. The
   * first step of a turn.
   */
  void begin(long slice) {
    int index = NOTES + Math.floorMod(slice, SLICES);
    long cell;
    long note;
    do {
      cell = (long) CELL.getVolatile(cells, index);
      note = (tag(slice) << COUNT_BITS) | (recorded() & COUNT);
    } while (ahead(cell, slice) < 0 && !CELL.compareAndSet(cells, index, cell, note));
  }

  private void add(int row, long slice) {
    int index = row + Math.floorMod(slice, SLICES);
    while (true) {
      long cell = (long) CELL.getVolatile(cells, index);
      long ahead = ahead(cell, slice);
      if (ahead > 0) {
        return; // this thread was delayed for a whole lap: its slice has left the window
      }
      long next = ahead == 0 ? cell + 1 : (tag(slice) << COUNT_BITS) | 1;
      if (CELL.compareAndSet(cells, index, cell, next)) {
        return;
      }
    }
  }

  /**
   * Returns the number of calls in the ten slices up to a slice; {@code last} is the last noted.
   */
  private long calls(long slice, long last) {
    for (long first = slice - SLICES + 1; first <= last; first++) {
      long note = note(first);
      if (begins(first, note)) {
        return (recorded() - note) & COUNT;
      }
    }
    return 0;
  }

  private static boolean begins(long slice, long note) {
    return note >>> COUNT_BITS == tag(slice);
  }

  private long note(long slice) {
    return (long) CELL.getVolatile(cells, NOTES + Math.floorMod(slice, SLICES));
  }

  private long slow(long slice) {
    return threshold.watchesSlow() ? sum(SLOW, slice) : 0;
  }

  private long sum(int row, long slice) {
    long sum = 0;
    for (int i = 0; i < SLICES; i++) {
      long cell = (long) CELL.getVolatile(cells, row + i);
      // A slice that has left the window is one lap behind.
      long age = (slice - (cell >>> COUNT_BITS)) & TAG;
      sum += age < SLICES ? cell & COUNT : 0;
    }
    return sum;
  }
}
