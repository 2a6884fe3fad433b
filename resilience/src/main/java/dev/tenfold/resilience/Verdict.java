// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/** What the end of a call means to a {@link Gate}. */
public enum Verdict {
  /** The backend answered, and well. */
  SUCCESS,
  /** The backend failed, or did not answer in time. */
  FAILURE,
  /**
   * The call ran and its end says nothing about the backend: a classifier's answer for, say, a
   * validation error. It counts neither way.
   */
  IGNORED,
  /**
   * The call did not run to its end: a gate further in refused, the thread was interrupted, the
   * caller cancelled. It counts neither way.
   */
  ABANDONED
}
