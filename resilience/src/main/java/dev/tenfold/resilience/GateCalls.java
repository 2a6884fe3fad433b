// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * How a pipeline talks to one gate. The gates of this module are called as the final classes they
 * are, by one comparison each: an interface call that sees many classes costs more than what they
 * do. What a gate throws where it must not is counted.
 */
record GateCalls(TimeSource time, Faults faults) {

  /**
   * Asks for admission.
   *
   * @return a permit, a reservation or a {@link Refusal}
   * @throws GateFault if the gate threw
   */
  long enter(Gate gate, long nowNanos) {
    if (gate instanceof Bulkhead bulkhead) {
      return bulkhead.enter(nowNanos);
    }
    if (gate instanceof CircuitBreaker breaker) {
      return breaker.admit(nowNanos);
    }
    if (gate instanceof RateLimiter limiter) {
      return limiter.admit(nowNanos);
    }
    return enterOther(gate, nowNanos);
  }

  private long enterOther(Gate gate, long nowNanos) {
    long answer;
    try {
      answer = gate.enter(nowNanos);
    } catch (Throwable thrown) {
      throw new GateFault(thrown);
    }
    if (!Refusal.is(answer)) {
      return answer;
    }
    if (answer == Gate.REFUSED) {
      return Refusal.of(retryAfterNanos(gate));
    }
    abandon(gate, answer); // to wait for 146 years or more is no way to be let in
    return Refusal.of(Checks.MOST_NANOS);
  }

  private long retryAfterNanos(Gate gate) {
    try {
      return gate.retryAfterNanos(time.nanoTime());
    } catch (Throwable fault) {
      faults.report("retryAfter", fault);
      return -1;
    }
  }

  /**
   * Waits on the calling thread where {@link #enter} did not answer with a permit.
   *
   * @param answer a reservation or a refusal
   * @param enteredNanos the time it was given
   * @return what to exit with, below 0 if there was a wait, or a refusal
   * @throws RejectedException if the deadline ends before the reservation
   * @throws CallInterruptedException if the thread is interrupted; nothing is held then
   */
  long waited(Gate gate, long answer, long enteredNanos) {
    if (!Refusal.is(answer)) {
      reserve(gate, answer, enteredNanos);
      return answer;
    }
    if (!(gate instanceof Bulkhead bulkhead) || bulkhead.maxWaitNanos() == 0) {
      return answer;
    }
    try {
      long permit = bulkhead.await(Deadline.clipNanos(bulkhead.maxWaitNanos()));
      if (Refusal.is(permit)) {
        bulkhead.countRefused();
      }
      return permit;
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(gate.name(), interrupt);
    }
  }

  private void reserve(Gate gate, long answer, long enteredNanos) {
    long nanos = -answer;
    if (Deadline.clipNanos(nanos) < nanos) {
      handBack(gate, answer, enteredNanos);
      abandon(gate, answer);
      throw hopeless(gate, nanos);
    }
    try {
      time.sleep(nanos);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      handBack(gate, answer, enteredNanos);
      abandon(gate, answer);
      throw new CallInterruptedException(gate.name(), interrupt);
    }
  }

  /** Before the exit of a reservation whose wait ended early: somebody else may have its time. */
  static void handBack(Gate gate, long reservation, long enteredNanos) {
    if (gate instanceof RateLimiter limiter) {
      limiter.handBack(reservation, enteredNanos);
    }
  }

  private void abandon(Gate gate, long permit) {
    long now = time.nanoTime();
    exit(gate, permit, now, now, Verdict.ABANDONED, null, null);
  }

  /**
   * Tells how an admitted call ended. Throws nothing.
   *
   * @param fixed the verdict, if it is not the gate's to judge
   */
  void exit(
      Gate gate,
      long permit,
      long beganNanos,
      long nowNanos,
      @Nullable Verdict fixed,
      @Nullable Object value,
      @Nullable Throwable error) {
    try {
      if (gate instanceof CircuitBreaker breaker && fixed == null) {
        breaker.conclude(permit, beganNanos, nowNanos, value, error);
      } else if (gate instanceof Bulkhead bulkhead) {
        bulkhead.exit(permit, beganNanos, nowNanos, fixed == null ? Verdict.IGNORED : fixed);
      } else if (gate instanceof RateLimiter) {
        return; // a permit is spent when it is given
      } else if (fixed != null) {
        gate.exit(permit, beganNanos, nowNanos, fixed);
      } else {
        gate.exit(permit, beganNanos, nowNanos, judged(gate, value, error));
      }
    } catch (Throwable fault) {
      faults.report("exit", fault);
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

  /** The refusal of a gate that answered like this. */
  static RejectedException refusal(Gate gate, long answer) {
    return new RejectedException(gate.name(), reason(gate), Refusal.afterNanos(answer));
  }

  /** The refusal of a call that would have had to wait beyond its deadline. */
  static RejectedException hopeless(Gate gate, long waitNanos) {
    return new RejectedException(
        gate.name(), kind(gate) + " asked to wait beyond the deadline", waitNanos);
  }

  static String reason(Gate gate) {
    if (gate instanceof CircuitBreaker) {
      return "CircuitBreaker refused the call";
    }
    if (gate instanceof Bulkhead) {
      return "Bulkhead refused the call";
    }
    return kind(gate) + " refused the call";
  }

  private static String kind(Gate gate) {
    String simple = gate.getClass().getSimpleName();
    return simple.isEmpty() ? "gate" : simple;
  }
}
