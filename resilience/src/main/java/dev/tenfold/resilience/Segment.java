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
  final Waits waits;
  final boolean timeAtExit;
  private final @Nullable Entrance[] gates; // at each place either a gate
  private final @Nullable Timeout[] timeouts; // or a timeout

  Segment(String pipeline, List<Policy> policies, Waits waits) {
    this.pipeline = pipeline;
    this.waits = waits;
    this.time = waits.time();
    this.gates = new @Nullable Entrance[policies.size()];
    this.timeouts = new @Nullable Timeout[policies.size()];
    int needs = 0;
    for (int i = 0; i < gates.length; i++) {
      if (policies.get(i) instanceof Gate gate) {
        gates[i] = waits.to(gate);
        needs |= gate.needs();
      } else {
        timeouts[i] = (Timeout) policies.get(i);
      }
    }
    this.timeAtExit = (needs & (Gate.TIME_AT_EXIT | Gate.DURATION)) != 0;
  }

  int length() {
    return gates.length;
  }

  @Nullable Entrance gate(int place) {
    return gates[place];
  }

  @Nullable Timeout timeout(int place) {
    return timeouts[place];
  }

  /**
   * Exits the gates of the first {@code entered} places, innermost first. Throws nothing.
   *
   * @param began whether the guarded call itself began
   * @param now the clock, if {@link #timeAtExit}
   */
  void exit(
      long[] permits, int entered, boolean began, long beganNanos, long now, Ending<?> ending) {
    int firedAt = ending.firedAt();
    Throwable error = ending.error();
    boolean abandoned =
        !began || ending.cancelled() || (firedAt == NOT_FIRED && Endings.abandons(error));
    for (int i = entered - 1; i >= 0; i--) {
      Entrance gate = gates[i];
      if (gate != null) {
        Verdict fixed = abandoned ? Verdict.ABANDONED : i > firedAt ? Verdict.FAILURE : null;
        gate.exit(
            waits.faults(),
            permits[i],
            began ? beganNanos : now,
            now,
            fixed,
            ending.value(),
            error);
      }
    }
  }
}
