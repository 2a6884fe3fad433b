// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gates and timeouts that are entered together: those outside the retry, once per call, or those
 * inside it, once per attempt. Immutable; what happens to one call is kept by {@link SyncAttempt}
 * or {@link AsyncAttempt}.
 */
final class Segment {
  /** No timeout of this segment or outside it has fired. */
  static final int NOT_FIRED = Integer.MAX_VALUE;

  /** A timeout outside this segment has fired. */
  static final int FIRED_OUTSIDE = -1;

  final String pipeline;
  final TimeSource time;
  final Faults faults;
  final boolean timeAtEnter;
  final boolean duration;
  final boolean hasTimeouts;
  private final boolean timeAtExit;
  private final @Nullable Gate[] gates; // at each place either a gate
  private final @Nullable Timeout[] timeouts; // or a timeout

  Segment(String pipeline, List<Policy> policies, TimeSource time, Faults faults) {
    this.pipeline = pipeline;
    this.time = time;
    this.faults = faults;
    this.gates = new @Nullable Gate[policies.size()];
    this.timeouts = new @Nullable Timeout[policies.size()];
    int needs = 0;
    boolean anyTimeout = false;
    for (int i = 0; i < gates.length; i++) {
      if (policies.get(i) instanceof Gate gate) {
        gates[i] = gate;
        needs |= gate.needs();
      } else {
        timeouts[i] = (Timeout) policies.get(i);
        anyTimeout = true;
      }
    }
    this.timeAtEnter = (needs & Gate.TIME_AT_ENTER) != 0;
    this.timeAtExit = (needs & (Gate.TIME_AT_EXIT | Gate.DURATION)) != 0;
    this.duration = (needs & Gate.DURATION) != 0;
    this.hasTimeouts = anyTimeout;
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

  /** The refusal of a gate that answered REFUSED. */
  RejectedException refusal(Gate gate) {
    long retryAfter = -1;
    try {
      retryAfter = gate.retryAfterNanos(time.nanoTime());
    } catch (Throwable fault) {
      faults.report("retryAfter", fault);
    }
    Duration wait = retryAfter < 0 ? null : Duration.ofNanos(retryAfter);
    return new RejectedException(gate.name(), kind(gate) + " refused the call", wait);
  }

  /** The refusal of a call that would have had to wait beyond its deadline. */
  RejectedException hopeless(Gate gate, long waitNanos) {
    Duration wait = Duration.ofNanos(waitNanos);
    return new RejectedException(
        gate.name(), kind(gate) + " asked to wait " + wait + ", beyond the deadline", wait);
  }

  /** The refusal of a call whose deadline passed before it began. */
  RejectedException tooLate(Timeout timeout) {
    return new RejectedException(timeout.name(), "the deadline has passed", null);
  }

  private static String kind(Gate gate) {
    String simple = gate.getClass().getSimpleName();
    return simple.isEmpty() ? "gate" : simple;
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
      if (gate == null) {
        continue;
      }
      Verdict verdict =
          abandoned
              ? Verdict.ABANDONED
              : i > firedAt ? Verdict.FAILURE : judged(gate, value, error);
      try {
        gate.exit(permits[i], began ? beganNanos : now, now, verdict);
      } catch (Throwable fault) {
        faults.report("exit", fault);
      }
    }
  }

  private Verdict judged(Gate gate, @Nullable Object value, @Nullable Throwable error) {
    Verdict verdict = null;
    try {
      verdict = gate.judge(value, error);
    } catch (Throwable fault) {
      faults.report("judge", fault);
    }
    if (verdict != null) {
      return verdict;
    }
    return error == null ? Verdict.SUCCESS : Verdict.FAILURE;
  }
}
