// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;

/**
 * Says of one call in so many, on average, that it is the one. Threads count down in cells by their
 * ids, each on cache lines of its own, by plain reads and writes: where two threads share a cell,
 * steps are lost or doubled, and nothing else. The gaps between two such calls of a cell are drawn
 * evenly from 1 to 2 × average - 1, so that no rhythm of the calls can keep step with them. The
 * draws are the same in every process.
 */
final class SampleCountdown {
  private static final int STRIDE = 16; // longs: two lines of 64 bytes, which are fetched in pairs
  private static final int LEAST_CELLS = 64;
  private static final int MOST_CELLS = 1024;

  private final long[] cells; // by STRIDE, after one of padding: what is left, how many were drawn
  private final int mask;
  private final long gaps;

  /** Takes the average gap, 1 or more. */
  SampleCountdown(int average) {
    int processors = Runtime.getRuntime().availableProcessors();
    int count = Math.min(MOST_CELLS, Math.max(LEAST_CELLS, Integer.highestOneBit(processors) * 8));
    this.cells = new long[(count + 1) * STRIDE];
    this.mask = count - 1;
    this.gaps = 2L * average - 1;
    for (int cell = STRIDE; cell < cells.length; cell += STRIDE) {
      cells[cell + 1] = (long) cell << Integer.SIZE;
      cells[cell] = gap(cell);
    }
  }

  /** Counts a call of this thread; true if it is the one. Takes two memory accesses. */
  boolean ends() {
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
