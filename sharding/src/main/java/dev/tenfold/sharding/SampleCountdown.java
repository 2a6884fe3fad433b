// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;

/**
 * Selects one call in {@code average} calls as a sample. A thread counts down in the cell of its
 * id, by plain reads and writes; each cell is on cache lines of its own. If two threads share a
 * cell, steps can be lost or doubled, and nothing else. The gaps between the samples of a cell are
 * uniformly distributed from 1 to 2 × average - 1, so that no rhythm of the calls can coincide with
 * them. The sequence of gaps is the same in every process.
 */
final class SampleCountdown {
  private static final int STRIDE =
      16; // longs: two cache lines of 64 bytes, which are fetched in pairs
  private static final int MIN_CELLS = 64;
  private static final int MAX_CELLS = 1024;

  private final long[] cells; // by STRIDE, after padding: calls left, number of gaps drawn
  private final int mask;
  private final long gaps;

  /** Creates countdowns with an average gap of 1 or more calls. */
  SampleCountdown(int average) {
    int processors = Runtime.getRuntime().availableProcessors();
    int count = Math.min(MAX_CELLS, Math.max(MIN_CELLS, Integer.highestOneBit(processors) * 8));
    this.cells = new long[(count + 1) * STRIDE];
    this.mask = count - 1;
    this.gaps = 2L * average - 1;
    for (int cell = STRIDE; cell < cells.length; cell += STRIDE) {
      cells[cell + 1] = (long) cell << Integer.SIZE;
      cells[cell] = gap(cell);
    }
  }

  /** Counts a call of this thread. Returns whether the call is a sample. Two memory accesses. */
  boolean isSample() {
    int cell = ((int) Thread.currentThread().getId() & mask) * STRIDE + STRIDE;
    long left = cells[cell] - 1;
    if (left > 0) {
      cells[cell] = left;
      return false;
    }
    cells[cell] = gap(cell);
    return true;
  }

  private long gap(int cell) {
    long draw = StableHash.hash(cells[cell + 1]++) >>> Integer.SIZE;
    return 1 + ((draw * gaps) >>> Integer.SIZE);
  }
}
