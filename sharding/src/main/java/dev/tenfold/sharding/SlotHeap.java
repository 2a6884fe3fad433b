// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

/**
 * Slots by score, highest unsigned first, ties to the lower slot. Filled once and then emptied as
 * far as needed, again and again: a binary heap is ordered in linear time, and few slots are taken
 * out of many.
 */
final class SlotHeap {
  private final int[] slots;
  private final long[] scores;
  private int size;

  SlotHeap(int most) {
    this.slots = new int[most];
    this.scores = new long[most];
  }

  void clear() {
    size = 0;
  }

  /** Adds a slot. Not after {@link #order}. */
  void put(int slot, long score) {
    slots[size] = slot;
    scores[size++] = score;
  }

  void order() {
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /** Takes out the first. */
  int remove() {
    int first = slots[0];
    size--;
    slots[0] = slots[size];
    scores[0] = scores[size];
    sink(0);
    return first;
  }

  private void sink(int from) {
    int parent = from;
    int slot = slots[parent];
    long score = scores[parent];
    for (int child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
      if (child + 1 < size && before(child + 1, slots[child], scores[child])) {
        child++;
      }
      if (!before(child, slot, score)) {
        break;
      }
      slots[parent] = slots[child];
      scores[parent] = scores[child];
      parent = child;
    }
    slots[parent] = slot;
    scores[parent] = score;
  }

  private boolean before(int at, int slot, long score) {
    int byScore = Long.compareUnsigned(scores[at], score);
    return byScore > 0 || (byScore == 0 && slots[at] < slot);
  }
}
