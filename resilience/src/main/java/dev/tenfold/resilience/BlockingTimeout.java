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
    private final long ownNanos;
    private long beganNanos;
    private boolean began;

    AtDeadline(@Nullable BlockingTimeout outer, long dueNanos, long ownNanos) {
      super(outer, dueNanos);
      this.ownNanos = ownNanos;
    }

    @Override
    void began(long nowNanos) {
      if (!began) {
        began = true;
        beganNanos = nowNanos;
      }
    }

    @Override
    boolean endedBeforeTheCall() {
      return !began;
    }

    @Override
    boolean ranLongEnough(long nowNanos) {
      return began && ClippedTimeout.ranLongEnough(nowNanos - beganNanos, ownNanos);
    }

    @Override
    long clippedNanos() {
      return ownNanos;
    }
  }

  /** Records the start of the guarded call. Of several attempts the first counts. */
  void began(long nowNanos) {}

  /** Whether the deadline has ended the wait for a permit: the guarded call has not begun. */
  boolean endedBeforeTheCall() {
    return false;
  }

  /** Whether the call ran for long enough to blame the backend. */
  boolean ranLongEnough(long nowNanos) {
    return true;
  }

  /** Returns the timeout's own duration if the deadline ends sooner; else the largest value. */
  long clippedNanos() {
    return Long.MAX_VALUE;
  }

  final boolean atDeadline() {
    return clippedNanos() != Long.MAX_VALUE;
  }

  /** Whether the class of the watched thread is a user's and overrides the interrupt. */
  boolean interruptsByUserCode() {
    Class<?> type = thread.getClass();
    if (type.equals(Thread.class)) {
      return false;
    }
    try {
      Class<?> by = type.getMethod("interrupt").getDeclaringClass();
      return !by.getModule().equals(Thread.class.getModule());
    } catch (NoSuchMethodException | RuntimeException unknown) {
      return true;
    }
  }

  /** The time is up. Called by the timer, or by the hand-over if the interrupt is user code. */
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

  /** Whether this timeout or one further out has fired after its own duration. */
  boolean firedWhole() {
    for (BlockingTimeout watch = this; watch != null; watch = watch.outer) {
      if (watch.hasFired() && !watch.atDeadline()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the shortest duration of the timeouts that the deadline ends.
   *
   * @param innermost the innermost timeout further out; null if there is none
   */
  static long shortestClippedNanos(@Nullable BlockingTimeout innermost) {
    long shortest = Long.MAX_VALUE;
    for (BlockingTimeout watch = innermost; watch != null; watch = watch.outer) {
      shortest = Math.min(shortest, watch.clippedNanos());
    }
    return shortest;
  }

  /** Records the start of the guarded call for this timeout and those further out. */
  final void allBegan(long nowNanos) {
    for (BlockingTimeout watch = this; watch != null; watch = watch.outer) {
      watch.began(nowNanos);
    }
  }

  /** Whether the deadline has ended this timeout, though its timer has not fired yet. */
  final boolean endsWith(@Nullable BlockingTimeout further, long nowNanos) {
    return atDeadline() && further != null && further.fired() && nowNanos - dueNanos >= 0;
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
