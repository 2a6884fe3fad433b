// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/**
 * What gates tell the gates further out of the same blocking call, where a retry or timeout stands
 * between them or there are more than are fused: when the guarded call began, and when it ended.
 * Confined to the calling thread.
 */
final class Frame {
  private final @Nullable Frame outer;
  private boolean began;
  private boolean ended;
  private long beganNanos;
  private long endedNanos;

  Frame(@Nullable Frame outer) {
    this.outer = outer;
  }

  /** The guarded call begins. Of several attempts the first counts. */
  void begin(long nowNanos) {
    for (Frame frame = this; frame != null; frame = frame.outer) {
      if (!frame.began) {
        frame.began = true;
        frame.beganNanos = nowNanos;
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
    for (Frame frame = this; frame != null; frame = frame.outer) {
      frame.ended = false;
    }
  }

  boolean ended() {
    return ended;
  }

  long endedNanos() {
    return endedNanos;
  }
}
