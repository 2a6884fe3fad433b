// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One passage of a blocking call through a segment: which gates it holds, which timers it armed.
 * Confined to the calling thread, except for {@link #fire}, which a timer calls.
 *
 * <p>Completion and timers race for {@code state}. A timer that wins interrupts the thread; a
 * completion that finds a timer in the act waits for it (a few instructions) and takes the
 * interrupt back, so that none arrives after the call.
 */
final class SyncAttempt {
  private static final int RUNNING = 0;
  private static final int FIRING = 1;
  private static final int FIRED = 2;
  private static final int DONE = 3;

  private final Segment segment;
  private final @Nullable SyncAttempt outside;
  private final long[] permits;
  private final TimeSource.@Nullable Timer @Nullable [] timers;
  private final Thread thread = Thread.currentThread();
  private final AtomicInteger state = new AtomicInteger(RUNNING);
  private int entered;
  private boolean began;
  private long beganNanos;

  // Written by the timer between FIRING and FIRED.
  private int firedAt = Segment.NOT_FIRED;
  private long firedAfterNanos;
  private boolean interrupted;

  private SyncAttempt(Segment segment, @Nullable SyncAttempt outside) {
    this.segment = segment;
    this.outside = outside;
    this.permits = new long[segment.length()];
    this.timers = segment.hasTimeouts ? new TimeSource.@Nullable Timer[segment.length()] : null;
  }

  /**
   * Enters every gate and arms every timeout, or leaves what was entered and throws.
   *
   * @param outside the passage through the segment outside the retry, if there is one
   */
  static SyncAttempt enter(Segment segment, @Nullable SyncAttempt outside) {
    SyncAttempt attempt = new SyncAttempt(segment, outside);
    try {
      attempt.enterAll();
    } catch (Throwable stop) {
      CallTimeoutException timeout = attempt.leave(null, stop);
      if (timeout != null) {
        throw timeout;
      }
      throw stop;
    }
    return attempt;
  }

  private void enterAll() {
    long now = segment.timeAtEnter ? segment.time.nanoTime() : 0;
    for (int place = 0; place < permits.length; place++) {
      Gate gate = segment.gate(place);
      if (gate == null) {
        arm(place, Objects.requireNonNull(segment.timeout(place)));
        entered = place + 1;
        continue;
      }
      long permit = gate.enter(now);
      boolean waited = permit < 0;
      if (permit == Gate.REFUSED) {
        permit = queue(gate);
      }
      permits[place] = permit;
      entered = place + 1;
      if (permit < 0) {
        reserve(gate, -permit);
      }
      if (waited && segment.timeAtEnter) {
        now = segment.time.nanoTime();
      }
    }
    began = true;
    if (segment.duration) {
      beganNanos = segment.timeAtEnter ? now : segment.time.nanoTime();
    }
  }

  private long queue(Gate gate) {
    if (gate instanceof Bulkhead bulkhead && bulkhead.maxWaitNanos() > 0) {
      try {
        long permit = bulkhead.await(Deadline.clipNanos(bulkhead.maxWaitNanos()));
        if (permit != Gate.REFUSED) {
          return permit;
        }
        bulkhead.countRefused();
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        throw new CallInterruptedException(gate.name(), interrupt);
      }
    }
    throw segment.refusal(gate);
  }

  private void reserve(Gate gate, long nanos) {
    if (Deadline.clipNanos(nanos) < nanos) {
      throw segment.hopeless(gate, nanos);
    }
    try {
      segment.time.sleep(nanos);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(gate.name(), interrupt);
    }
  }

  private void arm(int place, Timeout timeout) {
    long nanos = Deadline.clipNanos(timeout.nanos());
    if (nanos <= 0) {
      throw segment.tooLate(timeout);
    }
    // An interrupt is no user code: the timer thread delivers it itself, at once.
    Objects.requireNonNull(timers)[place] =
        segment.time.schedule(nanos, Runnable::run, () -> fire(place, nanos));
  }

  private void fire(int place, long afterNanos) {
    if (!state.compareAndSet(RUNNING, FIRING)) {
      return;
    }
    firedAt = place;
    firedAfterNanos = afterNanos;
    try {
      if (!thread.isInterrupted()) {
        // Somebody else's interrupt, if there already is one, does as well and stays theirs.
        interrupted = true;
        thread.interrupt();
      }
    } finally {
      // An interrupt closes the channel the thread is blocked on, and that may throw.
      state.set(FIRED);
    }
  }

  /** Whether a timeout of this passage or of one outside it has fired. */
  boolean fired() {
    for (SyncAttempt at = this; at != null; at = at.outside) {
      int now = at.state.get();
      if (now == FIRING || now == FIRED) {
        return true;
      }
    }
    return false;
  }

  /**
   * Ends the passage: timers go, gates exit, exactly once.
   *
   * @return what to throw instead, if a timeout of this passage fired first
   */
  @Nullable CallTimeoutException leave(@Nullable Object value, @Nullable Throwable error) {
    CallTimeoutException timeout = disarm() ? timeout(error) : null;
    int fired = firedAt;
    if (timeout == null && error != null && outside != null && outside.fired()) {
      fired = Segment.FIRED_OUTSIDE;
    }
    boolean timedOut = timeout != null;
    segment.exit(
        permits,
        entered,
        began,
        beganNanos,
        timedOut ? null : value,
        timedOut ? timeout : error,
        fired,
        false);
    return error instanceof Error ? null : timeout;
  }

  /** Returns whether a timer won. No interrupt of ours is under way or pending afterwards. */
  @SuppressWarnings("ThreadPriorityCheck") // FutureTask waits for its interrupt in the same way
  private boolean disarm() {
    if (timers == null) {
      return false;
    }
    boolean completed = state.compareAndSet(RUNNING, DONE);
    for (TimeSource.Timer timer : timers) {
      if (timer != null) {
        timer.cancel();
      }
    }
    if (completed) {
      return false;
    }
    while (state.get() == FIRING) {
      Thread.yield();
    }
    if (interrupted) {
      Thread.interrupted();
    }
    return true;
  }

  private CallTimeoutException timeout(@Nullable Throwable error) {
    Objects.requireNonNull(segment.timeout(firedAt)).countFired();
    return new CallTimeoutException(segment.pipeline, Duration.ofNanos(firedAfterNanos), error);
  }
}
