// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * The memory of a closed {@link CircuitBreaker}: it hears every success and failure and says when
 * the breaker must open. Three come with the module (a time window, the exact last N calls,
 * consecutive failures); {@link CircuitBreaker.Builder#window(java.util.function.Supplier)} takes
 * any other. This one opens after five slow calls in a row, whatever they answered:
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
 * <p>A breaker asks for a new window whenever it closes, so a window never forgets by command and
 * never sees a result of an earlier episode.
 *
 * <p>Implementations are thread-safe, do not block and do not allocate in {@link #record}. One that
 * throws is counted and the breaker stays closed. Reading the counts changes nothing. The contract
 * test is {@code FailureWindowContract}, in the module's {@code tests} jar.
 */
public interface FailureWindow {

  /**
   * Says which times {@link #record} wants, in the bits of {@link Gate#needs}.
   *
   * @return 0 or {@link Gate#TIME_AT_EXIT}; constant
   */
  default int needs() {
    return 0;
  }

  /**
   * Takes one result.
   *
   * @param nowNanos the breaker's clock; meaningless unless {@link #needs} asks for it
   * @param failed whether the call failed
   * @param slow whether the call was slow; false if the breaker does not watch slow calls
   * @return true if the breaker must open now; never by successes alone
   */
  boolean record(long nowNanos, boolean failed, boolean slow);

  /**
   * Returns how many results the window was given, whether or not it still remembers them. The
   * breaker keeps no count of successes of its own and asks here.
   *
   * @return the number of {@link #record} since the window was made; never falls
   */
  long recorded();

  /**
   * Returns how many calls the window remembers.
   *
   * @param nowNanos the breaker's clock
   * @return 0 or more
   */
  long calls(long nowNanos);

  /**
   * Returns how many of the remembered calls failed.
   *
   * @param nowNanos the breaker's clock
   * @return from 0 to {@link #calls}; 0 if the window does not look at failures
   */
  long failures(long nowNanos);

  /**
   * Returns how many of the remembered calls were slow.
   *
   * @param nowNanos the breaker's clock
   * @return from 0 to {@link #calls}; 0 if the window does not look at slow calls
   */
  long slowCalls(long nowNanos);
}
