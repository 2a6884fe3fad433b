// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * A wrapper for the exception of a gate's {@code enter}, on its way out of the pipeline. The
 * wrapper tells such an exception from one of the guarded code: gates further out exit {@code
 * ABANDONED}, and no retry repeats the call. The caller gets the exception inside.
 */
final class GateFailure extends Error {
  private static final long serialVersionUID = 1L;

  /** The exception inside. */
  private final Throwable thrown;

  GateFailure(Throwable thrown) {
    super(null, null, false, false);
    this.thrown = thrown;
  }

  Throwable thrown() {
    return thrown;
  }

  /** Returns the exception for the caller. */
  static Throwable unwrapped(Throwable error) {
    return error instanceof GateFailure fault ? fault.thrown : error;
  }
}
