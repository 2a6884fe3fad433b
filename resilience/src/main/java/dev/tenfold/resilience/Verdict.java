// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/** The verdict on a call that has ended, for a {@link Gate}. */
public enum Verdict {
  /** The backend answered successfully. */
  SUCCESS,
  /** The backend failed, or did not answer in time. */
  FAILURE,
  /**
   * The call ran to its end, and the result says nothing about the backend, such as a validation
   * error. A classifier's verdict. It counts neither as success nor as failure.
   */
  IGNORED,
  /**
   * The call did not run to its end: a gate further in refused, the thread was interrupted, the
   * caller cancelled, or the caller's deadline ended a {@link Timeout} before half of its duration.
   * It counts neither as success nor as failure. Only a pipeline gives this verdict.
   */
  ABANDONED
}
