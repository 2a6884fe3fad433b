// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * The window of a closed {@link CircuitBreaker}: it takes every success and every failure, and
 * decides when the breaker must open. The module has three windows: a time window, a window of
 * exactly the last N calls, and consecutive failures. {@link
 * CircuitBreaker.Builder#window(java.util.function.Supplier)} takes any other. The window below
 * opens the breaker after five consecutive slow calls:
 *
 * <pre>{@code
 * final class SlowStreak implements FailureWindow {
 *   private final AtomicLong recorded = new AtomicLong();
 *   private final AtomicLong streak = new AtomicLong();
 *
 *   public boolean record(long nowNanos, boolean failed, boolean slow) {
 *     recorded.incrementAndGet();
 *     if (slow) {
 *       return streak.incrementAndGet() >= 5;
 *     }
 *     streak.set(0);
 *     return false;
 *   }
 *
 *   public long recorded() { return recorded.get(); }
 *   public long calls(long nowNanos) { return streak.get(); }
 *   public long failures(long nowNanos) { return 0; }
 *   public long slowCalls(long nowNanos) { return streak.get(); }
 * }
 *
 * CircuitBreaker.builder("search").window(SlowStreak::new).slowCalls(Duration.ofSeconds(2), 1).build();
 * }</pre>
 *
 * <p>A breaker creates a new window whenever it closes. So a window has no method to reset it, and
 * never takes a result of an earlier episode.
 *
 * <p>Implementations are thread-safe, do not block, and do not allocate in {@link #record}. A throw
 * is counted, and the breaker stays closed. Reading the counts changes nothing. Only differences
 * between readings of the clock matter: readings may be negative and overflow, and those of several
 * threads may come a little out of order. The contract test is {@code FailureWindowContract} in the
 * module's {@code tests} jar.
 */
public interface FailureWindow {

  /**
   * Returns the times that {@link #record} needs, as bits of {@link Gate#needs}.
   *
   * @return 0 or {@link Gate#TIME_AT_EXIT}; constant
   */
  default int needs() {
    return 0;
  }

  /**
   * Takes one result.
   *
   * @param nowNanos the breaker's clock; undefined unless {@link #needs} asks for it
   * @param failed whether the call failed
   * @param slow whether the call was slow; false if the breaker does not time calls
   * @return true if the breaker must open now; never true after successes alone
   */
  boolean record(long nowNanos, boolean failed, boolean slow);

  /**
   * Returns the number of results that the window was given, including those that have left it. The
   * breaker computes its number of successes from this count.
   *
   * @return the number of calls of {@link #record} since the window was created; never decreases
   */
  long recorded();

  /**
   * Returns the number of calls in the window.
   *
   * @param nowNanos the breaker's clock
   * @return 0 or more
   */
  long calls(long nowNanos);

  /**
   * Returns the number of failed calls in the window.
   *
   * @param nowNanos the breaker's clock
   * @return from 0 to {@link #calls}; 0 if the window ignores failures
   */
  long failures(long nowNanos);

  /**
   * Returns the number of slow calls in the window.
   *
   * @param nowNanos the breaker's clock
   * @return from 0 to {@link #calls}; 0 if the window ignores slow calls
   */
  long slowCalls(long nowNanos);
}
