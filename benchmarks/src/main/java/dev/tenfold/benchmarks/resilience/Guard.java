// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

/** Work behind policies, ready to be called. */
interface Guard {

  /** Calls the work through the policies, and throws what it or a refusal throws. */
  Object call();
}
