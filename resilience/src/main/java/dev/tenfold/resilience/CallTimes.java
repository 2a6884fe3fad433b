// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/**
 * The times of one blocking call, passed from the gates of an inner {@link GateStep} to those of an
 * outer one: when the guarded call began, and when it ended. Confined to the calling thread.
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

  /** Notes the beginning of the guarded call. Of several attempts the first counts. */
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

  /** Notes the end of the guarded call, read by gates further in. */
  void end(long nowNanos) {
    ended = true;
    endedNanos = nowNanos;
  }

  /** Discards the end of the last attempt, because another attempt follows. */
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
