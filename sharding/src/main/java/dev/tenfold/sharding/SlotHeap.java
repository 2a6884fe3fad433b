// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

/**
 * A binary heap of slots by score: the highest unsigned score first, ties to the lower slot. {@link
 * SlotDealer} fills it, orders it once in linear time, and removes few slots of many.
 */
final class SlotHeap {
  private final int[] slots;
  private final long[] scores;
  private int size;

  SlotHeap(int capacity) {
    this.slots = new int[capacity];
    this.scores = new long[capacity];
  }

  void clear() {
    size = 0;
  }

  /** Adds a slot. Must not be called after {@link #order} until {@link #clear}. */
  void put(int slot, long score) {
    slots[size] = slot;
    scores[size++] = score;
  }

  void order() {
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /** Removes and returns the first slot. */
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
