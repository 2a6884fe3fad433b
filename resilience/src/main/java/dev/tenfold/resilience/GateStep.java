// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.TimeSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step of a blocking call for one to four adjacent gates: it enters the gates, makes the
 * guarded call, and exits the entered gates in reverse order. A permit that is a {@link Refusal}
 * belongs to a gate that was not entered.
 *
 * <p>The loop over the gates is unrolled by hand, and the permits are local variables: a loop would
 * need an array, which is an allocation per call. {@code exitAll} has many parameters for the same
 * reason: an object that holds them is an allocation per call unless the compiler proves that it
 * does not escape, and the compiler cannot prove that where a gate is not inlined. The gates are
 * parameters although they are fields: a local variable keeps the class that the compiler found at
 * {@code enter}; a field that is read again after the guarded call does not.
 *
 * <p>Each place has its own {@code enter} and {@code exit} method, so each place has a profile of
 * its own: the compiler inlines the one kind of gate that stands there. {@code HotMethodSizeTest}
 * keeps the methods below the size that HotSpot inlines.
 */
final class GateStep extends Step {
  static final int MAX_GATES = 4;

  private final PipelineGate first;
  private final @Nullable PipelineGate second;
  private final @Nullable PipelineGate third;
  private final @Nullable PipelineGate fourth;
  private final TimeSource time;
  private final BlockingWait waits;
  private final UserCodeFaults faults;
  private final boolean clocked;
  private final boolean clockedAtExit;
  private final boolean gatesInside;
  private final boolean refusesInside;
  private final long shortestTimeoutNanos;

  /**
   * Creates the step.
   *
   * @param run one to {@link #MAX_GATES} gates, outermost first
   * @param clocked whether a policy of the pipeline needs the time at the beginning
   * @param gatesInside whether a step after this one has gates
   * @param refusesInside whether a step after this one can refuse the call
   * @param shortestTimeoutNanos the shortest timeout around the guarded call; the largest value if
   *     there is none
   */
  GateStep(
      List<PipelineGate> run,
      BlockingWait waits,
      boolean clocked,
      boolean gatesInside,
      boolean refusesInside,
      long shortestTimeoutNanos,
      @Nullable Step next) {
    super(next);
    this.first = run.get(0);
    this.second = run.size() > 1 ? run.get(1) : null;
    this.third = run.size() > 2 ? run.get(2) : null;
    this.fourth = run.size() > 3 ? run.get(3) : null;
    this.time = waits.time();
    this.waits = waits;
    this.faults = waits.faults();
    this.clocked = clocked;
    this.clockedAtExit =
        run.stream()
            .anyMatch(each -> (each.gate().needs() & (Gate.TIME_AT_EXIT | Gate.DURATION)) != 0);
    this.gatesInside = gatesInside;
    this.refusesInside = refusesInside;
    this.shortestTimeoutNanos = shortestTimeoutNanos;
  }

  @Override
  <T extends @Nullable Object, X extends Exception> @Nullable Object call(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      boolean asOutcome)
      throws X {
    PipelineGate a = first;
    PipelineGate b = second;
    PipelineGate c = third;
    PipelineGate d = fourth;
    CallTimes own = own(times);
    long now = nowNanos;
    long p1 = Gate.REFUSED;
    long p2 = Gate.REFUSED;
    long p3 = Gate.REFUSED;
    long p4 = Gate.REFUSED;
    boolean began = false;
    Object result = null;
    Throwable thrown = null;
    try {
      p1 = enter1(a, now, watch);
      long last = p1;
      if (b != null && !Refusal.is(last)) {
        now = after(last, now);
        p2 = enter2(b, now, watch);
        last = p2;
        if (c != null && !Refusal.is(last)) {
          now = after(last, now);
          p3 = enter3(c, now, watch);
          last = p3;
          if (d != null && !Refusal.is(last)) {
            now = after(last, now);
            p4 = enter4(d, now, watch);
            last = p4;
          }
        }
      }
      if (Refusal.is(last)) {
        result = refused(p1, p2, p3, last, asOutcome);
      } else {
        began = true;
        now = begin(last, now, watch, times);
        result = inside(supplier, now, watch, own, asOutcome);
      }
    } catch (Throwable error) {
      thrown = error;
    }
    exitAll(a, p1, b, p2, c, p3, d, p4, began, now, watch, times, own, result, asOutcome, thrown);
    if (thrown != null) {
      throw CallErrors.<X>rethrown(thrown);
    }
    return result;
  }

  private <T extends @Nullable Object, X extends Exception> @Nullable Object inside(
      CheckedSupplier<T, X> supplier,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes own,
      boolean asOutcome)
      throws X {
    return next == null
        ? code(supplier, asOutcome)
        : next.call(supplier, nowNanos, watch, own, asOutcome);
  }

  private @Nullable CallTimes own(@Nullable CallTimes times) {
    return gatesInside ? new CallTimes(times) : null;
  }

  private long enter1(PipelineGate a, long nowNanos, @Nullable BlockingTimeout watch) {
    long answer = a.admit(nowNanos);
    return answer >= 0 ? answer : waits.waited(a, answer, nowNanos, watch);
  }

  private long enter2(PipelineGate b, long nowNanos, @Nullable BlockingTimeout watch) {
    long answer = b.admit(nowNanos);
    return answer >= 0 ? answer : waits.waited(b, answer, nowNanos, watch);
  }

  private long enter3(PipelineGate c, long nowNanos, @Nullable BlockingTimeout watch) {
    long answer = c.admit(nowNanos);
    return answer >= 0 ? answer : waits.waited(c, answer, nowNanos, watch);
  }

  private long enter4(PipelineGate d, long nowNanos, @Nullable BlockingTimeout watch) {
    long answer = d.admit(nowNanos);
    return answer >= 0 ? answer : waits.waited(d, answer, nowNanos, watch);
  }

  /** Returns the time for the next gate: the clock is read again after a wait. */
  private long after(long permit, long nowNanos) {
    return permit < 0 && clocked ? time.nanoTime() : nowNanos;
  }

  /** Returns the time at which the gates were entered. The last of them record it as the start. */
  private long begin(
      long permit, long nowNanos, @Nullable BlockingTimeout watch, @Nullable CallTimes times) {
    long now = after(permit, nowNanos);
    if (!refusesInside && watch != null) {
      watch.allBegan(now);
    }
    if (!gatesInside && times != null) {
      times.begin(now);
    }
    return now;
  }

  /** Returns or throws the refusal of the last gate that was asked: the first not entered. */
  private Object refused(long p1, long p2, long p3, long answer, boolean asOutcome) {
    PipelineGate by =
        Refusal.is(p1) ? first : Refusal.is(p2) ? second : Refusal.is(p3) ? third : fourth;
    PipelineGate gate = Objects.requireNonNull(by);
    if (!asOutcome) {
      throw gate.refusal(answer);
    }
    return new Outcome.Rejected<>(
        gate.gate().name(), Refusal.kind(answer), Refusal.afterNanos(answer), null);
  }

  /** Exits the entered gates, innermost first. */
  private void exitAll(
      PipelineGate a,
      long p1,
      @Nullable PipelineGate b,
      long p2,
      @Nullable PipelineGate c,
      long p3,
      @Nullable PipelineGate d,
      long p4,
      boolean entered,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      @Nullable CallTimes times,
      @Nullable CallTimes own,
      @Nullable Object result,
      boolean asOutcome,
      @Nullable Throwable thrown) {
    if (Refusal.is(p1)) {
      return; // no gate is held, and none needs the clock
    }
    Throwable error = thrown == null ? null : CallErrors.unwrapped(thrown);
    boolean refusedInside =
        error instanceof GateFailure || (asOutcome && result instanceof Outcome.Rejected<?>);
    boolean begun = entered && !refusedInside && (own == null || own.began());
    boolean timedOut = begun && timedOut(watch, error);
    Verdict fixed = timedOut ? null : fixed(begun, error);
    Object value = value(result, asOutcome);
    long now = end(times, own, nowNanos);
    long beganNanos = !begun ? now : own == null ? nowNanos : own.beganNanos();
    if (d != null && !Refusal.is(p4)) {
      exit4(d, p4, beganNanos, now, watch, timedOut, fixed, value, error);
    }
    if (c != null && !Refusal.is(p3)) {
      exit3(c, p3, beganNanos, now, watch, timedOut, fixed, value, error);
    }
    if (b != null && !Refusal.is(p2)) {
      exit2(b, p2, beganNanos, now, watch, timedOut, fixed, value, error);
    }
    exit1(a, p1, beganNanos, now, watch, timedOut, fixed, value, error);
  }

  private void exit1(
      PipelineGate a,
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      boolean timedOut,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    try {
      Verdict verdict = timedOut ? late(a, watch, beganNanos, error) : fixed;
      a.exit(permit, beganNanos, nowNanos, verdict, value, error);
    } catch (Throwable fault) {
      faults.report("exit", fault);
    }
  }

  private void exit2(
      PipelineGate b,
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      boolean timedOut,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    try {
      Verdict verdict = timedOut ? late(b, watch, beganNanos, error) : fixed;
      b.exit(permit, beganNanos, nowNanos, verdict, value, error);
    } catch (Throwable fault) {
      faults.report("exit", fault);
    }
  }

  private void exit3(
      PipelineGate c,
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      boolean timedOut,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    try {
      Verdict verdict = timedOut ? late(c, watch, beganNanos, error) : fixed;
      c.exit(permit, beganNanos, nowNanos, verdict, value, error);
    } catch (Throwable fault) {
      faults.report("exit", fault);
    }
  }

  private void exit4(
      PipelineGate d,
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable BlockingTimeout watch,
      boolean timedOut,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    try {
      Verdict verdict = timedOut ? late(d, watch, beganNanos, error) : fixed;
      d.exit(permit, beganNanos, nowNanos, verdict, value, error);
    } catch (Throwable fault) {
      faults.report("exit", fault);
    }
  }

  private static boolean timedOut(@Nullable BlockingTimeout watch, @Nullable Throwable error) {
    return (watch != null && watch.fired()) || error instanceof CallTimeoutException;
  }

  /** Returns the verdict after a timeout; null if the gate judges the timeout itself. */
  private @Nullable Verdict late(
      PipelineGate gate,
      @Nullable BlockingTimeout watch,
      long beganNanos,
      @Nullable Throwable error) {
    long limit = Math.min(gate.slowNanos(), shortestTimeoutNanos);
    boolean failure =
        (watch != null && watch.firedWhole())
            || (error instanceof CallTimeoutException inner && inner.ranLongEnough())
            || ClippedTimeout.ranLongEnough(nowOr(beganNanos) - beganNanos, limit);
    if (!failure) {
      return Verdict.ABANDONED; // the deadline left the backend too little time
    }
    return watch != null && watch.fired() ? Verdict.FAILURE : null;
  }

  /** Returns the verdict that does not depend on the gate; null if the gate judges the result. */
  private static @Nullable Verdict fixed(boolean begun, @Nullable Throwable error) {
    return !begun || (error != null && CallErrors.abandons(error)) ? Verdict.ABANDONED : null;
  }

  /** Returns the time of the end, if a gate needs it: one reading of the clock for all gates. */
  private long end(@Nullable CallTimes times, @Nullable CallTimes own, long enteredNanos) {
    long now;
    if (own != null && own.ended()) {
      now = own.endedNanos();
    } else if (clockedAtExit) {
      now = nowOr(enteredNanos);
    } else {
      return 0;
    }
    if (times != null) {
      times.end(now);
    }
    return now;
  }

  /** As {@link UserCodeFaults#nowOr}, on the hot path with one field less to read. */
  private long nowOr(long fallback) {
    try {
      return time.nanoTime();
    } catch (Throwable fault) {
      faults.report("clock", fault);
      return fallback;
    }
  }
}
