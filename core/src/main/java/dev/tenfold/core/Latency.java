// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

/**
 * Records the durations of one component. {@link Telemetry#latency} returns it.
 *
 * <p><b>Guarantees.</b> Of an implementation: it is thread-safe, does not block and does not throw.
 *
 * <p><b>No guarantees.</b> A caller that finds {@link #enabled} false records nothing.
 */
public interface Latency {

  /**
   * Returns whether durations are recorded. If not, callers do not read the clock.
   *
   * @return false only if {@link #record} has no effect; never changes
   */
  boolean enabled();

  /**
   * Records one duration.
   *
   * @param nanos the duration in nanoseconds, 0 or more
   */
  void record(long nanos);
}
