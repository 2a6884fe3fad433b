// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

/** Work behind the policies of one library. */
interface Guard {

  /** Calls the work through the policies. Throws the exception of the work or of the refusal. */
  Object call();
}
