// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Exactly the last N calls: a ring of slots and their sum. A result takes the next place of the
 * ring, swaps its slot and adds the difference to the sum; in steady success the difference is 0
 * and the sum is not written. A thread delayed by a whole lap of the ring leaves its older result
 * in place of the newer one.
 */
final class CountWindow implements FailureWindow {
  static final int MOST = 1 << 20;

  // A slot is 0 (empty) or one of these; the sum adds slots, 21 bits per field.
  private static final int CALL = 1;
  private static final int FAILED = 2;
  private static final int SLOW = 4;
  private static final int FIELD = 21;
  private static final long MASK = (1L << FIELD) - 1;

  private final AtomicIntegerArray ring;
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong sum = new AtomicLong();
  private final Threshold threshold;

  CountWindow(Threshold threshold, int calls) {
    this.threshold = threshold;
    this.ring = new AtomicIntegerArray(calls);
  }

  @Override
  public boolean record(long nowNanos, boolean failed, boolean slow) {
    int slot = CALL | (failed ? FAILED : 0) | (slow ? SLOW : 0);
    int index = (int) (next.getAndIncrement() % ring.length());
    long difference = spread(slot) - spread(ring.getAndSet(index, slot));
    long now = difference == 0 ? sum.get() : sum.addAndGet(difference);
    // With a full ring only a failure or slow call can raise a rate: a success may push one out, or
    // a success, but while the ring fills the call that completes the minimum may be a success.
    long calls = now & MASK;
    boolean mayOpen = failed || slow || (calls == threshold.minimumCalls() && difference != 0);
    return mayOpen && threshold.enough(calls) && threshold.reached(calls, failed(now), slow(now));
  }

  private static long failed(long sum) {
    return bounded(signedFailed(sum), sum);
  }

  private static long slow(long sum) {
    return bounded(((sum >> FIELD) - signedFailed(sum)) >> FIELD, sum);
  }

  // Between the swap of a thread and its addition others may take its result out again. For that
  // moment a field is below 0, and borrows from the field above, or it is above the calls.
  private static long signedFailed(long sum) {
    long field = (sum >> FIELD) & MASK;
    return field > MOST + MOST / 2 ? field - MASK - 1 : field;
  }

  private static long bounded(long count, long sum) {
    return Math.max(0, Math.min(count, sum & MASK));
  }

  private static long spread(int slot) {
    long failed = (slot & FAILED) >> 1;
    long slow = (slot & SLOW) >> 2;
    return (slot & CALL) | (failed << FIELD) | (slow << (2 * FIELD));
  }

  @Override
  public long calls(long nowNanos) {
    return sum.get() & MASK;
  }

  @Override
  public long failures(long nowNanos) {
    return failed(sum.get());
  }

  @Override
  public long slowCalls(long nowNanos) {
    return slow(sum.get());
  }
}
