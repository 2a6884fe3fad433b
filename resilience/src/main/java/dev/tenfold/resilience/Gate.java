// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A policy that admits calls and is told how they ended: the SPI of this module. {@link
 * CircuitBreaker}, {@link Bulkhead} and {@link RateLimiter} are gates. The same code serves
 * blocking and asynchronous calls.
 *
 * <pre>{@code
 * final class MaintenanceGate implements Gate {
 *   private volatile boolean down;
 *
 *   public String name() { return "maintenance"; }
 *   public long enter(long nowNanos) { return down ? REFUSED : 0; }
 *   public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {}
 * }
 * }</pre>
 *
 * <p><b>Admission.</b> {@link #enter} returns one of three answers. A permit is any value of 0 or
 * more; the gate chooses it and gets it back at the exit. {@link #REFUSED} refuses the call. {@code
 * -d} is a reservation: the pipeline waits d nanoseconds and goes on without asking again, or does
 * not wait if the deadline or a {@link Timeout} further out ends sooner. Every answer but {@code
 * REFUSED} is followed by exactly one {@link #exit} with the same value, in reverse order of entry.
 *
 * <p><b>Exit.</b> A gate exits when the call ends; when a gate further in refuses or throws ({@link
 * Verdict#ABANDONED}); or when the wait for a reservation is interrupted, cancelled or too long for
 * the deadline or an outer timeout ({@code ABANDONED}: the reservation is handed back). An
 * asynchronous call ends with the first of completion, cancellation and timeout; later ends are
 * ignored. Where the timer ends a call, or its wait, the module's own gates exit at once; this gate
 * exits right after that on another thread ({@link dev.tenfold.core.TimeSource#handOver}), with the
 * time of the end, and in reverse order of entry among the gates of other modules.
 *
 * <p><b>Time.</b> {@link #needs} tells once which times a gate needs; other times are undefined.
 * After any wait the clock is read again. {@code beganNanos} is the time at which the guarded call
 * itself began, so the time in a queue before it never makes a call slow. A gate that needs a time
 * only in a rare state reads its own clock.
 *
 * <p><b>Place.</b> A gate outside a {@link Retry} is entered once per call, a gate inside it once
 * per attempt.
 *
 * <p>Implementations are thread-safe and do not block. If {@code enter} throws, the gates further
 * out exit {@code ABANDONED} and the exception reaches the caller. If {@code exit} or {@code judge}
 * throws, the other exits still run, the result of the call is unchanged, and the throw is counted
 * ({@link Pipeline#faults}) and reported once. The contract tests are {@code GateContract} and
 * {@code GateInPipelineContract} in the module's {@code tests} jar.
 */
public interface Gate extends Policy {
  /** The answer of {@link #enter} that refuses the call. No exit follows. */
  long REFUSED = Long.MIN_VALUE;

  /** Bit of {@link #needs}: {@link #enter} is given the time. */
  int TIME_AT_ENTER = 1;

  /** Bit of {@link #needs}: {@link #exit} is given the time. */
  int TIME_AT_EXIT = 2;

  /** Bit of {@link #needs}: {@link #exit} is given the time and when the call began. */
  int DURATION = 4;

  /**
   * Returns the name of the gate, for messages and {@link
   * dev.tenfold.core.RejectedException#policy}.
   *
   * @return not empty; constant
   */
  String name();

  /**
   * Returns the times that this gate needs.
   *
   * @return the sum of {@link #TIME_AT_ENTER}, {@link #TIME_AT_EXIT} and {@link #DURATION} as
   *     needed; constant; read once when the pipeline is built
   */
  default int needs() {
    return 0;
  }

  /**
   * Asks for admission.
   *
   * @param nowNanos the pipeline's clock, if asked for
   * @return a permit of 0 or more, {@link #REFUSED}, or minus the nanoseconds to wait first
   */
  long enter(long nowNanos);

  /**
   * Takes the end of an admitted call.
   *
   * @param permit the answer of {@link #enter}
   * @param beganNanos when the guarded call began, if asked for; equal to {@code nowNanos} if the
   *     guarded call did not begin
   * @param nowNanos the pipeline's clock, if asked for
   * @param verdict the verdict on the call
   */
  void exit(long permit, long beganNanos, long nowNanos, Verdict verdict);

  /**
   * Classifies the result of the guarded call. Refusals, interrupts and cancellations are always
   * {@link Verdict#ABANDONED}, and a timeout further out has a fixed verdict too; the gate is not
   * asked about them.
   *
   * @param value the value that the call returned; null if it returned null or threw
   * @param error the exception that the call threw, without the {@code CompletionException}s and
   *     {@code ExecutionException}s around it; null if it returned
   * @return the verdict; null for the default: {@link Verdict#SUCCESS} for a value, {@link
   *     Verdict#FAILURE} for an error; {@link Verdict#ABANDONED} is none and counts as a throw
   */
  default @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
    return null;
  }

  /**
   * Estimates when this gate may admit a call again. Called after a refusal.
   *
   * @param nowNanos the pipeline's clock, always given
   * @return the time from now in nanoseconds; -1 if unknown
   */
  default long retryAfterNanos(long nowNanos) {
    return -1;
  }
}
