// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * A window of exactly the last N calls: a ring of slots and their sum. A result takes the next
 * place of the ring, swaps the slot, and adds the difference to the sum. A thread that is delayed
 * for a whole lap of the ring leaves its older result in place of the newer one, or its failure for
 * one more lap.
 *
 * <p>In a ring full of successes, one more success changes nothing, whatever its place: it is only
 * counted, in a {@link LongAdder}. So threads that call a healthy backend write no common memory.
 */
final class CountWindow implements FailureWindow {
  static final int MAX_CALLS = 1 << 20;

  // A slot is 0 (empty) or one of these; the sum adds slots, 21 bits per field.
  private static final int CALL = 1;
  private static final int FAILED = 2;
  private static final int SLOW = 4;
  private static final int FIELD = 21;
  private static final long MASK = (1L << FIELD) - 1;

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(byte[].class);
  private static final VarHandle COUNTER = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int TAKEN = 0;
  private static final int SUM = 1;

  private final long[] counters = new long[2];
  private final byte[] ring;
  private final Threshold threshold;
  private final long reciprocal;
  private final LongAdder unchanged = new LongAdder(); // results that changed nothing in the ring

  CountWindow(Threshold threshold, int calls) {
    this.threshold = threshold;
    this.ring = new byte[calls];
    this.reciprocal = reciprocal(calls);
  }

  @Override
  public boolean record(long nowNanos, boolean failed, boolean slow) {
    int slot = CALL | (failed ? FAILED : 0) | (slow ? SLOW : 0);
    if (slot == CALL && sum() == ring.length) {
      unchanged.increment();
      return false;
    }
    return take(slot);
  }

  private boolean take(int slot) {
    long taken = (long) COUNTER.getAndAdd(counters, TAKEN, 1L);
    int index = remainder(taken, ring.length, reciprocal);
    if (slot == CALL && (byte) SLOT.getOpaque(ring, index) == slot) {
      return false;
    }
    return swap(index, slot);
  }

  private boolean swap(int index, int slot) {
    long difference = spread(slot) - spread((byte) SLOT.getAndSet(ring, index, (byte) slot));
    long now =
        difference == 0 ? sum() : (long) COUNTER.getAndAdd(counters, SUM, difference) + difference;
    // In a full ring only a failure or a slow call can raise a rate. While the ring fills, the call
    // that reaches the minimum number of calls may be a success.
    long calls = now & MASK;
    boolean mayOpen = slot != CALL || (calls == threshold.minimumCalls() && difference != 0);
    return mayOpen && threshold.enough(calls) && threshold.reached(calls, failed(now), slow(now));
  }

  /**
   * Returns the factor by which {@link #remainder} multiplies in place of a division. A division
   * would cost more than the rest of the window.
   */
  static long reciprocal(int divisor) {
    return Long.MAX_VALUE / divisor;
  }

  /** Returns {@code number % divisor} of a number from 0 to 2^62. */
  static int remainder(long number, int divisor, long reciprocal) {
    // The reciprocal is too small by at most 1. So the exact quotient is too small by less than one
    // half, and the integer quotient by at most 1.
    long quotient = Math.multiplyHigh(number << 1, reciprocal);
    int remainder = (int) (number - quotient * divisor);
    return remainder < divisor ? remainder : remainder - divisor;
  }

  private static long failed(long sum) {
    return bounded(signedFailed(sum), sum);
  }

  private static long slow(long sum) {
    return bounded(((sum >> FIELD) - signedFailed(sum)) >> FIELD, sum);
  }

  // Between the swap of one thread and its addition to the sum, other threads may remove its result
  // again. During that moment a field may be below 0 and borrow from the field above it, or it may
  // exceed the number of calls.
  private static long signedFailed(long sum) {
    long field = (sum >> FIELD) & MASK;
    return field > MAX_CALLS + MAX_CALLS / 2 ? field - MASK - 1 : field;
  }

  private static long bounded(long count, long sum) {
    return Math.max(0, Math.min(count, sum & MASK));
  }

  private static long spread(int slot) {
    long failed = (slot & FAILED) >> 1;
    long slow = (slot & SLOW) >> 2;
    return (slot & CALL) | (failed << FIELD) | (slow << (2 * FIELD));
  }

  private long sum() {
    return (long) COUNTER.getVolatile(counters, SUM);
  }

  @Override
  public long recorded() {
    return (long) COUNTER.getVolatile(counters, TAKEN) + unchanged.sum();
  }

  @Override
  public long calls(long nowNanos) {
    return sum() & MASK;
  }

  @Override
  public long failures(long nowNanos) {
    return failed(sum());
  }

  @Override
  public long slowCalls(long nowNanos) {
    return slow(sum());
  }
}
