// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The calls of the last so many seconds, in ten slices of time. Each cell carries the number of its
 * slice beside the count, so that a cell of a past lap cleans itself at the next touch: no
 * rotation, no lock, no timer.
 *
 * <p>The oldest slice leaves as a whole: the window covers between nine and ten tenths of its
 * length. A success can only lower the rates, so rates are computed after a failure or a slow call;
 * only while a rate is reached by too few calls ({@code armed}) a success computes them too.
 */
final class TimeWindow implements FailureWindow {
  private static final int SLICES = 10;
  private static final int CALLS = 0;
  private static final int FAILURES = SLICES;
  private static final int SLOW = 2 * SLICES;
  private static final long COUNT = 0xFFFF_FFFFL;

  /** A thread is not delayed by more slices than this: a cell further ahead is of a past round. */
  private static final int MOST_DELAYED = 10_000;

  private final AtomicLongArray cells = new AtomicLongArray(3 * SLICES);
  private final Threshold threshold;
  private final long originNanos;
  private final long sliceNanos;
  private volatile boolean armed;

  TimeWindow(Threshold threshold, long originNanos, long windowNanos) {
    this.threshold = threshold;
    this.originNanos = originNanos;
    this.sliceNanos = Math.max(1, windowNanos / SLICES);
  }

  @Override
  public int needs() {
    return Gate.TIME_AT_EXIT;
  }

  @Override
  public boolean record(long nowNanos, boolean failed, boolean slow) {
    int slice = slice(nowNanos);
    add(CALLS, slice);
    if (failed) {
      add(FAILURES, slice);
    }
    if (slow) {
      add(SLOW, slice);
    }
    return (failed || slow || armed) && evaluate(slice);
  }

  private boolean evaluate(int slice) {
    long calls = sum(CALLS, slice);
    boolean reached = threshold.reached(calls, sum(FAILURES, slice), sum(SLOW, slice));
    boolean enough = threshold.enough(calls);
    boolean arm = reached && !enough;
    if (armed != arm) {
      armed = arm;
    }
    return reached && enough;
  }

  @Override
  public long calls(long nowNanos) {
    return sum(CALLS, slice(nowNanos));
  }

  @Override
  public long failures(long nowNanos) {
    return sum(FAILURES, slice(nowNanos));
  }

  @Override
  public long slowCalls(long nowNanos) {
    return sum(SLOW, slice(nowNanos));
  }

  /** Numbers start at 1, so that an untouched cell belongs to no slice near the present. */
  private int slice(long nowNanos) {
    return (int) ((nowNanos - originNanos) / sliceNanos) + 1;
  }

  private void add(int row, int slice) {
    int index = row + Math.floorMod(slice, SLICES);
    while (true) {
      long cell = cells.get(index);
      int age = slice - (int) (cell >>> 32);
      if (age < 0 && age >= -MOST_DELAYED) {
        return; // delayed by a whole lap: its slice has left the window
      }
      long next = age == 0 ? cell + 1 : ((long) slice << 32) | 1;
      if (cells.compareAndSet(index, cell, next)) {
        return;
      }
    }
  }

  private long sum(int row, int slice) {
    long sum = 0;
    for (int i = 0; i < SLICES; i++) {
      long cell = cells.get(row + i);
      int age = slice - (int) (cell >>> 32);
      if (age >= 0 && age < SLICES) {
        sum += cell & COUNT;
      }
    }
    return sum;
  }
}
