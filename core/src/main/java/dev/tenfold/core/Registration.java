// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

/**
 * A counter or gauge that is registered with a {@link Telemetry}. Closing it removes the counter or
 * gauge.
 *
 * <p><b>Guarantees.</b> Of an implementation: {@link #close} is thread-safe and throws nothing.
 *
 * <p><b>No guarantees.</b> A read that runs when the registration is closed may still return.
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

  /** Removes the counter or gauge. Closing twice is harmless. */
  @Override
  void close();
}
