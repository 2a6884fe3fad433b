// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The timeout of one blocking call. Completion and timer race for one state. A timer that wins
 * interrupts the thread; a completion that finds the timer in the act waits for it (a few
 * instructions) and takes the interrupt back, so that none arrives after the call.
 */
class BlockingTimeout implements Runnable {
  private static final int RUNNING = 0;
  private static final int FIRING = 1;
  private static final int FIRED = 2;
  private static final int FIRED_UNHEARD = 3; // another interrupt was pending before
  private static final int DONE = 4;

  private static final AtomicIntegerFieldUpdater<BlockingTimeout> STATE =
      AtomicIntegerFieldUpdater.newUpdater(BlockingTimeout.class, "state");

  private final @Nullable BlockingTimeout outer;
  private final Thread thread = Thread.currentThread();
  private final long dueNanos;
  private volatile int state = RUNNING;

  /**
   * Watches the calling thread.
   *
   * @param outer the watch of a timeout further out, if there is one
   * @param dueNanos the reading of the clock at which the timer fires
   */
  BlockingTimeout(@Nullable BlockingTimeout outer, long dueNanos) {
    this.outer = outer;
    this.dueNanos = dueNanos;
  }

  /** A timeout that fires when the deadline ends, before its own duration is over. */
  static final class AtDeadline extends BlockingTimeout {
    private final ClippedTimeout clipped;

    AtDeadline(@Nullable BlockingTimeout outer, long dueNanos, ClippedTimeout clipped) {
      super(outer, dueNanos);
      this.clipped = clipped;
    }

    @Override
    ClippedTimeout clipped() {
      return clipped;
    }
  }

  /** Returns what the deadline left of the timeout; null if it is whole. */
  @Nullable ClippedTimeout clipped() {
    return null;
  }

  /** The time is up. Called by the timer, on its own thread: an interrupt is no user code. */
  @Override
  public void run() {
    if (!STATE.compareAndSet(this, RUNNING, FIRING)) {
      return;
    }
    int fired = FIRED_UNHEARD;
    try {
      if (!thread.isInterrupted()) {
        // Somebody else's interrupt, if there already is one, does as well and stays theirs.
        fired = FIRED;
        thread.interrupt();
      }
    } finally {
      // An interrupt closes the channel the thread is blocked on, and that may throw.
      state = fired;
    }
  }

  /** Whether this timeout or one further out has fired. */
  boolean fired() {
    for (BlockingTimeout watch = this; watch != null; watch = watch.outer) {
      if (watch.hasFired()) {
        return true;
      }
    }
    return false;
  }

  private boolean hasFired() {
    int now = state;
    return now != RUNNING && now != DONE;
  }

  /** Whether the call ran for long enough to blame the backend, by one of those that fired. */
  boolean isFailureFor(PipelineGate gate, long nowNanos) {
    for (BlockingTimeout watch = this; watch != null; watch = watch.outer) {
      ClippedTimeout clipped = watch.clipped();
      if (watch.hasFired()
          && (clipped == null || clipped.isFailureFor(gate, watch.ranNanos(nowNanos)))) {
        return true;
      }
    }
    return false;
  }

  /** Returns how long the call ran if the deadline ended it; code may ignore its interrupt. */
  long ranNanos(long nowNanos) {
    ClippedTimeout clipped = clipped();
    return clipped == null ? 0 : clipped.leftNanos() + Math.max(0, nowNanos - dueNanos);
  }

  /**
   * Returns the time until a timeout fires, for a wait that makes no sense beyond it.
   *
   * @param innermost the innermost timeout further out; null if there is none
   * @return nanoseconds, 0 or less if the time is over; {@link Long#MAX_VALUE} without a timeout
   */
  static long leftNanos(@Nullable BlockingTimeout innermost, TimeSource time) {
    long left = Long.MAX_VALUE;
    if (innermost != null) {
      long now = time.nanoTime();
      for (BlockingTimeout watch = innermost; watch != null; watch = watch.outer) {
        left = Math.min(left, watch.dueNanos - now);
      }
    }
    return left;
  }

  /** Returns whether another interrupt was pending when the timeout fired. */
  boolean firedUnheard() {
    return state == FIRED_UNHEARD;
  }

  /**
   * The call is over. Afterwards no interrupt of this timeout is under way or pending.
   *
   * @return whether the timeout came first
   */
  @SuppressWarnings("ThreadPriorityCheck") // FutureTask waits for its interrupt in the same way
  boolean lost(TimeSource.Timer timer) {
    if (STATE.compareAndSet(this, RUNNING, DONE)) {
      timer.cancel();
      return false;
    }
    while (state == FIRING) {
      Thread.yield();
    }
    if (state == FIRED) {
      Thread.interrupted();
    }
    return true;
  }
}
