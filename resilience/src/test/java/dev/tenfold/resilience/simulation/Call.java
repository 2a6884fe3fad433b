// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.CallInterruptedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the world knows of one logical caller. */
final class Call {
  final int id;
  final Setup setup;
  final @Nullable Deadline deadline;

  /** Admissions whose exit has not come, the last entered on top. */
  final Deque<WatchedGate.Admission> open = new ArrayDeque<>();

  /** What the deadline left when the call began; without one the longest time. */
  final long leftNanos;

  private final long createdNanos;

  int attempts;

  /** Whether the last wait for a reservation had begun and ended before the reservation's time. */
  boolean waitedInVain;

  boolean over;
  boolean cancelled;

  /** What the last attempt gave: a value or a throwable; null while it runs. */
  @Nullable Object given;

  /** What a gate threw instead of admitting. */
  @Nullable Throwable enterFailure;

  @Nullable Stage stage;
  @Nullable CompletableFuture<Object> future;

  Call(int id, Setup setup, @Nullable Deadline deadline, long nowNanos) {
    this.id = id;
    this.setup = setup;
    this.deadline = deadline;
    this.createdNanos = nowNanos;
    this.leftNanos = deadline == null ? Checks.MAX_NANOS : deadline.remainingNanos();
  }

  /**
   * Returns the admission that exits next. Where user code is handed over, the pipeline's own gates
   * come first: the gates of each kind exit in reverse order among themselves then.
   */
  WatchedGate.@Nullable Admission lastEntered(WatchedGate.Admission like, boolean handedOver) {
    for (WatchedGate.Admission each : open) {
      if (!handedOver || each.gate.watches() == like.gate.watches()) {
        return each;
      }
    }
    return null;
  }

  void gives(int attempt, Object answer) {
    if (attempt == attempts) {
      given = answer;
    }
  }

  boolean failed() {
    return given != null && !(given instanceof Value) && !abandoned();
  }

  boolean abandoned() {
    return given instanceof RejectedException
        || given instanceof CancellationException
        || given instanceof InterruptedException
        || given instanceof CallInterruptedException;
  }

  /** Whether a timeout may have failed it: it was out for at least half of one. */
  boolean mayHaveTimedOut(long nowNanos) {
    long ran = Math.max(leftNanos, nowNanos - createdNanos);
    return setup.timeouts > 0 && 2 * ran >= setup.shortestTimeoutNanos;
  }

  /** Whether the deadline may have ended a timeout. */
  boolean deadlineEnded() {
    return setup.timeouts > 0 && deadline != null && deadline.expired();
  }

  boolean reserved() {
    for (WatchedGate.Admission admission : open) {
      if (admission.permit < 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "call " + id + " of " + setup.pipeline;
  }

  /** What an attempt gave that returned no stage. */
  enum Nothing {
    AT_ALL
  }

  /** What one attempt returned. */
  record Value(int call, int attempt) {}
}
