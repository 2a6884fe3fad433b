// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import dev.tenfold.resilience.BreakerSignal;
import java.time.Duration;

/**
 * The duties of a {@link BreakerSignal}, as tests. Extend the class, return the signal under test,
 * and add to {@link #values} and {@link #errors} the types that the signal knows.
 *
 * <ol>
 *   <li>A value or an error of any type gets an answer, not an exception.
 *   <li>The same result gets the same answer: whatever came before, on whatever thread.
 *   <li>A signal does not block.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 */
public abstract class BreakerSignalContract extends ResultContract<Duration> {

  /** Every test is given the signal made by {@link #signal}. */
  protected BreakerSignalContract() {}

  /**
   * Makes the signal under test.
   *
   * @return a signal
   */
  protected abstract BreakerSignal signal();

  @Override
  final Reader<Duration> reader() {
    return signal()::openFor;
  }
}
