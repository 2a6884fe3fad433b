// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A policy that admits calls and hears how they ended: the SPI of this module. {@link
 * CircuitBreaker}, {@link Bulkhead} and {@link RateLimiter} are gates; the same code serves
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
 * <p><b>Admission.</b> {@link #enter} answers a permit (0 or more, whatever the gate likes to be
 * told at the exit), {@link #REFUSED}, or {@code -d}, a reservation: the pipeline waits d
 * nanoseconds and goes on without asking again; if the deadline ends sooner it does not wait. Every
 * answer but {@code REFUSED} is followed by exactly one {@link #exit} with that same value, in
 * reverse order of entry.
 *
 * <p><b>Exit</b> comes when the call ends; when a gate further in refuses or throws ({@link
 * Verdict#ABANDONED}); when the wait for a reservation is interrupted, cancelled or hopeless
 * ({@code ABANDONED}: the reservation is handed back). It runs on the thread that ended the call,
 * or, if another one was just asking the gates of an asynchronous call, on that. An asynchronous
 * call ends with whichever of completion, cancellation and timeout comes first; what arrives later
 * is not told.
 *
 * <p><b>Time.</b> A gate says once, through {@link #needs}, which times it wants; the others are
 * meaningless. After any wait the clock is read again. {@code beganNanos} is when the guarded call
 * itself began, so that queueing in front of it is never a slow call. A gate that needs a time only
 * in a rare state reads its own clock there.
 *
 * <p><b>Place.</b> A gate outside a {@link Retry} is entered once per call, a gate inside it once
 * per attempt.
 *
 * <p>Implementations are thread-safe and do not block. If {@code enter} throws, the gates further
 * out exit {@code ABANDONED} and the exception reaches the caller. If {@code exit} or {@code judge}
 * throws, the other exits still run, the call's result is untouched, and the throw is counted
 * ({@link Pipeline#faults}) and reported once.
 */
public interface Gate extends Policy {
  /** The answer of {@link #enter} that admits nobody and is followed by no exit. */
  long REFUSED = Long.MIN_VALUE;

  /** Bit of {@link #needs}: {@link #enter} is given the time. */
  int TIME_AT_ENTER = 1;

  /** Bit of {@link #needs}: {@link #exit} is given the time. */
  int TIME_AT_EXIT = 2;

  /** Bit of {@link #needs}: {@link #exit} is given the time and when the call began. */
  int DURATION = 4;

  /**
   * Returns who this is, for messages and {@link dev.tenfold.core.RejectedException#policy}.
   *
   * @return not empty, constant
   */
  String name();

  /**
   * Says which times this gate wants.
   *
   * @return the sum of {@link #TIME_AT_ENTER}, {@link #TIME_AT_EXIT} and {@link #DURATION} as
   *     needed; constant, read once when the pipeline is built
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
   * Tells how an admitted call ended.
   *
   * @param permit what {@link #enter} answered
   * @param beganNanos when the guarded call began, if asked for; equal to {@code nowNanos} if it
   *     never did
   * @param nowNanos the pipeline's clock, if asked for
   * @param verdict what it means
   */
  void exit(long permit, long beganNanos, long nowNanos, Verdict verdict);

  /**
   * Classifies what the guarded call returned or threw. Not asked about refusals, interrupts and
   * cancellations, which are always {@link Verdict#ABANDONED}, nor about a timeout further out,
   * which is always {@link Verdict#FAILURE}.
   *
   * @param value what it returned; null too if it threw
   * @param error what it threw, without the wrappers of {@code CompletionStage}; null if it
   *     returned
   * @return the verdict; null for the default: {@link Verdict#SUCCESS} for a value, {@link
   *     Verdict#FAILURE} for an error
   */
  default @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
    return null;
  }

  /**
   * Estimates when this gate may admit again. Asked after a refusal.
   *
   * @param nowNanos the pipeline's clock, always given
   * @return nanoseconds from now, or -1 if unknown
   */
  default long retryAfterNanos(long nowNanos) {
    return -1;
  }
}
