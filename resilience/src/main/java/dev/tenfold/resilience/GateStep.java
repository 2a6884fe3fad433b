// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Outcome;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One to four adjacent gates in one step: their permits are local variables, so that neither an
 * array nor recursion nor an allocation is needed. The rows of {@code if}s are that loop, unrolled.
 * A permit that is a {@link Refusal} is none: its gate is not held.
 */
final class GateStep extends Step {
  static final int MOST = 4;

  private final Gate first;
  private final @Nullable Gate second;
  private final @Nullable Gate third;
  private final @Nullable Gate fourth;
  private final GateCalls gates;
  private final boolean clocked;
  private final boolean clockedAtExit;
  private final boolean gatesInside;

  /**
   * Creates the step.
   *
   * @param run one to {@link #MOST} gates, outermost first
   * @param clocked whether a policy of the pipeline wants the clock at the beginning
   * @param gatesInside whether a step after this one has gates
   */
  GateStep(
      List<Gate> run, GateCalls gates, boolean clocked, boolean gatesInside, @Nullable Step next) {
    super(next);
    this.first = run.get(0);
    this.second = run.size() > 1 ? run.get(1) : null;
    this.third = run.size() > 2 ? run.get(2) : null;
    this.fourth = run.size() > 3 ? run.get(3) : null;
    this.gates = gates;
    this.clocked = clocked;
    this.clockedAtExit =
        run.stream().anyMatch(gate -> (gate.needs() & (Gate.TIME_AT_EXIT | Gate.DURATION)) != 0);
    this.gatesInside = gatesInside;
  }

  @Override
  @SuppressWarnings("AssignmentExpression") // the last permit, and the one of its place
  <T extends @Nullable Object, X extends Exception> @Nullable Object call(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable Watch watch,
      @Nullable Frame frame,
      boolean asOutcome)
      throws X {
    Frame own = gatesInside ? new Frame(frame) : null;
    long now = nowNanos;
    long p1 = Gate.REFUSED;
    long p2 = Gate.REFUSED;
    long p3 = Gate.REFUSED;
    long p4 = Gate.REFUSED;
    boolean began = false;
    Object result = null;
    Throwable thrown = null;
    try {
      p1 = enter(first, now);
      long last = p1;
      if (second != null && !Refusal.is(last)) {
        now = after(last, now);
        p2 = enter(second, now);
        last = p2;
        if (third != null && !Refusal.is(last)) {
          now = after(last, now);
          p3 = enter(third, now);
          last = p3;
          if (fourth != null && !Refusal.is(last)) {
            now = after(last, now);
            p4 = enter(fourth, now);
            last = p4;
          }
        }
      }
      if (Refusal.is(last)) {
        result = refused(p1, p2, p3, last, asOutcome);
      } else {
        began = true;
        now = begin(last, now, own == null ? frame : null);
        result = further(supplier, now, watch, own, asOutcome);
      }
    } catch (Throwable error) {
      thrown = error;
    }
    leave(p1, p2, p3, p4, began, now, watch, frame, own, result, asOutcome, thrown);
    if (thrown != null) {
      throw Endings.<X>rethrown(thrown);
    }
    return result;
  }

  private long enter(Gate gate, long nowNanos) {
    long answer = gates.enter(gate, nowNanos);
    return answer >= 0 ? answer : gates.waited(gate, answer, nowNanos);
  }

  /** After any wait the clock is read again. */
  private long after(long permit, long nowNanos) {
    return permit < 0 && clocked ? gates.time().nanoTime() : nowNanos;
  }

  private long begin(long permit, long nowNanos, @Nullable Frame frame) {
    long now = after(permit, nowNanos);
    if (frame != null) {
      frame.begin(now);
    }
    return now;
  }

  /** The last gate that was asked refused: the first that is not held. */
  private Object refused(long p1, long p2, long p3, long answer, boolean asOutcome) {
    Gate by = Refusal.is(p1) ? first : Refusal.is(p2) ? second : Refusal.is(p3) ? third : fourth;
    Gate gate = Objects.requireNonNull(by);
    if (!asOutcome) {
      throw GateCalls.refusal(gate, answer);
    }
    return new Outcome.Rejected<>(
        gate.name(), GateCalls.reason(gate), Refusal.afterNanos(answer), null);
  }

  /** Exits the gates that are held, innermost first. */
  private void leave(
      long p1,
      long p2,
      long p3,
      long p4,
      boolean entered,
      long nowNanos,
      @Nullable Watch watch,
      @Nullable Frame frame,
      @Nullable Frame own,
      @Nullable Object result,
      boolean asOutcome,
      @Nullable Throwable error) {
    if (Refusal.is(p1)) {
      return; // nothing is held, and nobody needs the clock
    }
    boolean refusedInside =
        error instanceof TooLateException || (asOutcome && result instanceof Outcome.Rejected<?>);
    boolean begun = entered && !refusedInside && (own == null || own.began());
    Verdict fixed = fixed(begun, watch, error);
    Object value = value(result, asOutcome);
    long now = end(frame, own);
    long beganNanos = !begun ? now : own == null ? nowNanos : own.beganNanos();
    if (fourth != null && !Refusal.is(p4)) {
      gates.exit(fourth, p4, beganNanos, now, fixed, value, error);
    }
    if (third != null && !Refusal.is(p3)) {
      gates.exit(third, p3, beganNanos, now, fixed, value, error);
    }
    if (second != null && !Refusal.is(p2)) {
      gates.exit(second, p2, beganNanos, now, fixed, value, error);
    }
    if (!Refusal.is(p1)) {
      gates.exit(first, p1, beganNanos, now, fixed, value, error);
    }
  }

  /** Returns the verdict that is not for a gate to judge, or null if there is none. */
  private static @Nullable Verdict fixed(
      boolean begun, @Nullable Watch watch, @Nullable Throwable error) {
    if (!begun) {
      return Verdict.ABANDONED;
    }
    if (watch != null && watch.fired()) {
      return Verdict.FAILURE;
    }
    return error != null && Endings.abandons(error) ? Verdict.ABANDONED : null;
  }

  /** Returns the clock if it is wanted: one reading for all gates of a call. */
  private long end(@Nullable Frame frame, @Nullable Frame own) {
    long now;
    if (own != null && own.ended()) {
      now = own.endedNanos();
    } else if (clockedAtExit) {
      now = gates.time().nanoTime();
    } else {
      return 0;
    }
    if (frame != null) {
      frame.end(now);
    }
    return now;
  }
}
