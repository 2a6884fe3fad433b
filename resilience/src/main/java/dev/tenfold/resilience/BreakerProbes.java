// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The probes of one half-open episode: a few places, each leased to a probe. A probe beyond its
 * lease is overdue. It counts as failed and keeps its place until its result arrives, so the number
 * of hanging probes never exceeds the number of places. The next call decides: it fails the episode
 * if no lease is left, or if too few probes can still succeed. There is no timer. The lock is held
 * while the places are read, never across user code.
 */
final class BreakerProbes {
  /** All places are taken. */
  static final long NONE = 0;

  /** The episode is decided: see {@link #decision}. */
  static final long DECIDED = -1;

  /** The number of bits of a serial. After the last serial comes the first. */
  static final int SERIAL_BITS = 24;

  private static final long LAST_SERIAL = (1L << SERIAL_BITS) - 1;

  enum Decision {
    UNDECIDED,
    PASSED,
    FAILED
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final int needed;
  private final long leaseNanos;

  // All guarded by lock.
  private final long[] serials; // 0: the place is free
  private final long[] leasedUntil;
  private long lastSerial;
  private int successes;
  private int failures;
  private Decision decision = Decision.UNDECIDED;

  /**
   * Creates the episode.
   *
   * @param places the number of probes that decide
   * @param needed the number of probes that must succeed
   */
  BreakerProbes(int places, int needed, long leaseNanos) {
    this.serials = new long[places];
    this.leasedUntil = new long[places];
    this.needed = needed;
    this.leaseNanos = leaseNanos;
  }

  /**
   * Returns the serial of a place (1 or more), {@link #NONE} or {@link #DECIDED}. If all probes in
   * flight are overdue, or if too few are left to succeed, the episode has failed.
   */
  long admit(long nowNanos) {
    lock.lock();
    try {
      if (decision != Decision.UNDECIDED) {
        return DECIDED;
      }
      int live = 0;
      int overdue = 0;
      int free = 0;
      for (int i = 0; i < serials.length; i++) {
        if (serials[i] == 0) {
          free = i;
        } else if (leased(i, nowNanos)) {
          live++;
        } else {
          overdue++;
        }
      }
      boolean allOverdue = live == 0 && overdue > 0;
      if (allOverdue || failures + overdue > serials.length - needed) {
        decision = Decision.FAILED;
        return DECIDED;
      }
      if (live + overdue + successes + failures >= serials.length) {
        return NONE;
      }
      lastSerial = lastSerial == LAST_SERIAL ? 1 : lastSerial + 1;
      serials[free] = lastSerial;
      leasedUntil[free] = nowNanos + leaseNanos;
      return lastSerial;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of probes in flight whose lease has not ended. */
  int live(long nowNanos) {
    lock.lock();
    try {
      int live = 0;
      for (int i = 0; i < serials.length; i++) {
        live += serials[i] != 0 && leased(i, nowNanos) ? 1 : 0;
      }
      return live;
    } finally {
      lock.unlock();
    }
  }

  private boolean leased(int place, long nowNanos) {
    return nowNanos - leasedUntil[place] < 0;
  }

  /** Takes the result of a probe, and returns the decision so far. */
  Decision settle(long serial, Verdict verdict) {
    lock.lock();
    try {
      for (int i = 0; i < serials.length; i++) {
        if (serials[i] == serial) {
          serials[i] = 0;
        }
      }
      if (decision != Decision.UNDECIDED) {
        return decision;
      }
      if (verdict == Verdict.SUCCESS) {
        successes++;
      } else if (verdict == Verdict.FAILURE) {
        failures++;
      }
      if (successes >= needed) {
        decision = Decision.PASSED;
      } else if (failures > serials.length - needed) {
        decision = Decision.FAILED;
      }
      return decision;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the decision so far. A decision never changes. */
  Decision decision() {
    lock.lock();
    try {
      return decision;
    } finally {
      lock.unlock();
    }
  }
}
