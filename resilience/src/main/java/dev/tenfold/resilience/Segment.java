// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gates and timeouts that an asynchronous call enters together: those outside the retry, once per
 * call, or those inside it, once per attempt. Immutable; what happens to one call is kept by {@link
 * AsyncAttempt}.
 */
final class Segment {
  /** No timeout of this segment or outside it has fired. */
  static final int NOT_FIRED = Integer.MAX_VALUE;

  /** A timeout outside this segment has fired. */
  static final int FIRED_OUTSIDE = -1;

  final String pipeline;
  final TimeSource time;
  final GateCalls calls;
  final boolean timeAtEnter;
  final boolean duration;
  private final boolean timeAtExit;
  private final @Nullable Gate[] gates; // at each place either a gate
  private final @Nullable Timeout[] timeouts; // or a timeout

  Segment(String pipeline, List<Policy> policies, GateCalls calls) {
    this.pipeline = pipeline;
    this.calls = calls;
    this.time = calls.time();
    this.gates = new @Nullable Gate[policies.size()];
    this.timeouts = new @Nullable Timeout[policies.size()];
    int needs = 0;
    for (int i = 0; i < gates.length; i++) {
      if (policies.get(i) instanceof Gate gate) {
        gates[i] = gate;
        needs |= gate.needs();
      } else {
        timeouts[i] = (Timeout) policies.get(i);
      }
    }
    this.timeAtEnter = (needs & Gate.TIME_AT_ENTER) != 0;
    this.timeAtExit = (needs & (Gate.TIME_AT_EXIT | Gate.DURATION)) != 0;
    this.duration = (needs & Gate.DURATION) != 0;
  }

  int length() {
    return gates.length;
  }

  @Nullable Gate gate(int place) {
    return gates[place];
  }

  @Nullable Timeout timeout(int place) {
    return timeouts[place];
  }

  /**
   * Exits the gates of the first {@code entered} places, innermost first. Throws nothing.
   *
   * @param began whether the guarded call itself began
   * @param firedAt the place of the timeout that fired, or one of the constants
   * @param cancelled whether the caller cancelled
   */
  void exit(
      long[] permits,
      int entered,
      boolean began,
      long beganNanos,
      @Nullable Object value,
      @Nullable Throwable error,
      int firedAt,
      boolean cancelled) {
    long now = timeAtExit ? time.nanoTime() : 0;
    boolean abandoned = !began || cancelled || (firedAt == NOT_FIRED && Endings.abandons(error));
    for (int i = entered - 1; i >= 0; i--) {
      Gate gate = gates[i];
      if (gate != null) {
        Verdict fixed = abandoned ? Verdict.ABANDONED : i > firedAt ? Verdict.FAILURE : null;
        calls.exit(gate, permits[i], began ? beganNanos : now, now, fixed, value, error);
      }
    }
  }
}
