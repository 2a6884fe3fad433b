// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * What a gate's {@code enter} threw, on its way out of the pipeline. The wrapper tells it from what
 * the guarded code throws: gates further out hear {@code ABANDONED}, and nothing is repeated. The
 * caller gets what is inside.
 */
final class GateFailure extends Error {
  private static final long serialVersionUID = 1L;

  /** What was thrown. */
  private final Throwable thrown;

  GateFailure(Throwable thrown) {
    super(null, null, false, false);
    this.thrown = thrown;
  }

  Throwable thrown() {
    return thrown;
  }

  /** Returns what the caller is to get. */
  static Throwable unwrapped(Throwable error) {
    return error instanceof GateFailure fault ? fault.thrown : error;
  }
}
