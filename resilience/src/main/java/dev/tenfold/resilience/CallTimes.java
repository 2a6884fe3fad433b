// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/**
 * What gates tell the gates further out of the same blocking call, where a retry or timeout stands
 * between them or there are more than are fused: when the guarded call began, and when it ended.
 * Confined to the calling thread.
 */
final class CallTimes {
  private final @Nullable CallTimes outer;
  private boolean began;
  private boolean ended;
  private long beganNanos;
  private long endedNanos;

  CallTimes(@Nullable CallTimes outer) {
    this.outer = outer;
  }

  /** The guarded call begins. Of several attempts the first counts. */
  void begin(long nowNanos) {
    for (CallTimes times = this; times != null; times = times.outer) {
      if (!times.began) {
        times.began = true;
        times.beganNanos = nowNanos;
      }
    }
  }

  boolean began() {
    return began;
  }

  long beganNanos() {
    return beganNanos;
  }

  /** Gates further in have ended, and read the clock for it. */
  void end(long nowNanos) {
    ended = true;
    endedNanos = nowNanos;
  }

  /** There is a wait: what was read at the end of the last attempt is of no use. */
  void repeat() {
    for (CallTimes times = this; times != null; times = times.outer) {
      times.ended = false;
    }
  }

  boolean ended() {
    return ended;
  }

  long endedNanos() {
    return endedNanos;
  }
}
