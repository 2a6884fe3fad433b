// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

/** Where the durations of one component go. Obtained from {@link Telemetry#latency}. */
public interface Latency {

  /**
   * Says whether anybody listens. Callers that find false do not read the clock at all.
   *
   * @return false only if {@link #record} does nothing; the answer never changes
   */
  boolean enabled();

  /**
   * Records one duration. Thread-safe; does not block and does not throw.
   *
   * @param nanos how long it took, 0 or more
   */
  void record(long nanos);
}
