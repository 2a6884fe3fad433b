// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.TimeSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One to four adjacent gates in one step: their permits are local variables, so that neither an
 * array nor recursion nor an allocation is needed. The rows of {@code if}s are that loop, unrolled.
 * A permit that is a {@link Refusal} is none: its gate is not held.
 *
 * <p>{@code exitAll} has so many parameters for the same reason. An object that held them would be
 * an allocation per call unless the compiler proves that it does not escape, which it does not
 * where a gate is not inlined. The gates are passed along although they are fields: a local
 * variable keeps the class that the compiler found at {@code enter}, a field read again after the
 * guarded call does not.
 */
final class GateStep extends Step {
  static final int MOST = 4;

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

  /**
   * Creates the step.
   *
   * @param run one to {@link #MOST} gates, outermost first
   * @param clocked whether a policy of the pipeline wants the clock at the beginning
   * @param gatesInside whether a step after this one has gates
   */
  GateStep(
      List<PipelineGate> run,
      BlockingWait waits,
      boolean clocked,
      boolean gatesInside,
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
    Throwable judged = null;
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
        now = begin(last, now, own == null ? times : null);
        result = inside(supplier, now, watch, own, asOutcome);
      }
    } catch (Throwable error) {
      thrown = error;
      judged = CallErrors.unwrapped(error);
    }
    exitAll(a, p1, b, p2, c, p3, d, p4, began, now, watch, times, own, result, asOutcome, judged);
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

  // One method for each place, so that each has a profile of its own: where one kind of gate stands
  // at a place, only that kind is compiled into it.

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

  /** After any wait the clock is read again. */
  private long after(long permit, long nowNanos) {
    return permit < 0 && clocked ? time.nanoTime() : nowNanos;
  }

  private long begin(long permit, long nowNanos, @Nullable CallTimes times) {
    long now = after(permit, nowNanos);
    if (times != null) {
      times.begin(now);
    }
    return now;
  }

  /** The last gate that was asked refused: the first that is not held. */
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

  /** Exits the gates that are held, innermost first. */
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
      @Nullable Throwable error) {
    if (Refusal.is(p1)) {
      return; // nothing is held, and nobody needs the clock
    }
    boolean refusedInside =
        error instanceof GateFailure || (asOutcome && result instanceof Outcome.Rejected<?>);
    boolean begun = entered && !refusedInside && (own == null || own.began());
    boolean timedOut = begun && timedOut(watch, error);
    Verdict fixed = timedOut ? null : fixed(begun, error);
    Object value = value(result, asOutcome);
    long now = end(times, own);
    long beganNanos = !begun ? now : own == null ? nowNanos : own.beganNanos();
    if (d != null && !Refusal.is(p4)) {
      try {
        d.exit(p4, beganNanos, now, timedOut ? late(d, watch, error) : fixed, value, error);
      } catch (Throwable fault) {
        faults.report("exit", fault);
      }
    }
    if (c != null && !Refusal.is(p3)) {
      try {
        c.exit(p3, beganNanos, now, timedOut ? late(c, watch, error) : fixed, value, error);
      } catch (Throwable fault) {
        faults.report("exit", fault);
      }
    }
    if (b != null && !Refusal.is(p2)) {
      try {
        b.exit(p2, beganNanos, now, timedOut ? late(b, watch, error) : fixed, value, error);
      } catch (Throwable fault) {
        faults.report("exit", fault);
      }
    }
    try {
      a.exit(p1, beganNanos, now, timedOut ? late(a, watch, error) : fixed, value, error);
    } catch (Throwable fault) {
      faults.report("exit", fault);
    }
  }

  private static boolean timedOut(@Nullable BlockingTimeout watch, @Nullable Throwable error) {
    return (watch != null && watch.fired()) || error instanceof CallTimeoutException;
  }

  /** Returns the verdict after a timeout, further out or in, if it is not the gate's to judge. */
  private @Nullable Verdict late(
      PipelineGate gate, @Nullable BlockingTimeout watch, @Nullable Throwable error) {
    boolean failure =
        (watch != null && watch.isFailureFor(gate, time.nanoTime()))
            || (error instanceof CallTimeoutException further && further.isFailureFor(gate));
    if (!failure) {
      return Verdict.ABANDONED; // the deadline left the backend too little time
    }
    return watch != null && watch.fired() ? Verdict.FAILURE : null;
  }

  /** Returns the verdict that is not for a gate to judge, or null if there is none. */
  private static @Nullable Verdict fixed(boolean begun, @Nullable Throwable error) {
    return !begun || (error != null && CallErrors.abandons(error)) ? Verdict.ABANDONED : null;
  }

  /** Returns the clock if it is wanted: one reading for all gates of a call. */
  private long end(@Nullable CallTimes times, @Nullable CallTimes own) {
    long now;
    if (own != null && own.ended()) {
      now = own.endedNanos();
    } else if (clockedAtExit) {
      now = time.nanoTime();
    } else {
      return 0;
    }
    if (times != null) {
      times.end(now);
    }
    return now;
  }
}
