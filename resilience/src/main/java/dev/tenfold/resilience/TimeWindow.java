// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The calls of the last so many seconds, in ten slices of time. Calls have one counter that only
 * grows, and a note of what it stood at when each of the last ten slices began: the calls of the
 * window are a difference. Failures and slow calls, being few, have one counter per slice. Notes
 * and slices carry the low bits of the number of their slice, so that each cleans itself at its
 * next touch and a thread that was delayed on the way spoils no later lap: no rotation, no lock, no
 * timer.
 *
 * <p>The oldest slice leaves as a whole: the window covers between nine and ten tenths of its
 * length. A result that comes late counts as of now, one that comes while the slice changes in
 * either. Rates are computed after a failure or a slow call: a success only lowers them. But if it
 * turns the ring, others leave with the oldest slice, and while a rate is reached by too few calls
 * ({@code armed}) it may be the one that was missing; then it computes them too.
 */
final class TimeWindow implements FailureWindow {
  private static final int SLICES = 10;

  // The one cell that a success writes has a cache line of seldom touched cells on either side.
  private static final int NOTES = 0;
  private static final int CALLS = SLICES;
  private static final int FAILURES = CALLS + 1;
  private static final int SLOW = FAILURES + SLICES;

  private static final int COUNT_BITS = 36;
  private static final long COUNT = (1L << COUNT_BITS) - 1;
  private static final long TAG = -1L >>> COUNT_BITS;

  /** A thread is not delayed by more slices than this: a tag further ahead is of a past round. */
  private static final long MOST_DELAYED = 10_000;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle END;

  static {
    try {
      END = MethodHandles.lookup().findVarHandle(TimeWindow.class, "endNanos", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final long[] cells;
  private final Threshold threshold;
  private final long originNanos;
  private final long sliceNanos;

  /** When the last noted slice ends; written after its note. */
  private volatile long endNanos;

  private volatile boolean armed;

  TimeWindow(Threshold threshold, long originNanos, long windowNanos) {
    this.threshold = threshold;
    this.originNanos = originNanos;
    this.sliceNanos = Math.max(1, windowNanos / SLICES);
    this.cells = new long[threshold.watchesSlow() ? SLOW + SLICES : SLOW];
    this.endNanos = originNanos + sliceNanos;
    // Slice 0 is the first; nothing was counted before it.
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
    // While others turn the ring the oldest note may be gone; then the next one serves.
    long first = slice - SLICES + 1;
    while (first < slice && !begins(first, note(first))) {
      first++;
    }
    long note = note(first);
    // What is counted meanwhile is a call first, so the calls are summed last: no rate is too high.
    long failures = sum(FAILURES, first + SLICES - 1);
    long slows = slow(first + SLICES - 1);
    long calls = (recorded() - note) & COUNT;
    if (!begins(first, note) || note(first) != note) {
      return false; // somebody has turned the ring meanwhile, and looks at it afterwards
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

  /** A result that came while the slice changed may leave a slice later than its call. */
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

  /** How many slices the cell is ahead of the given one, if it is; else, or if of old, negative. */
  private static long ahead(long cell, long slice) {
    long ahead = ((cell >>> COUNT_BITS) - slice) & TAG;
    return ahead <= MOST_DELAYED ? ahead : -1;
  }

  /** Begins the slice of this moment, and those that were skipped, with the count of now. */
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
   * Notes what the slice began with, unless somebody has; of all that is done to turn, the first.
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
        return; // delayed by a whole lap: its slice has left the window
      }
      long next = ahead == 0 ? cell + 1 : (tag(slice) << COUNT_BITS) | 1;
      if (CELL.compareAndSet(cells, index, cell, next)) {
        return;
      }
    }
  }

  /** The calls in the ten slices up to the given one, of which the last was noted. */
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
      // The slice that the window has left is one lap behind.
      long age = (slice - (cell >>> COUNT_BITS)) & TAG;
      sum += age < SLICES ? cell & COUNT : 0;
    }
    return sum;
  }
}
