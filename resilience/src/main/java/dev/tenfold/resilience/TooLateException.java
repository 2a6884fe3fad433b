// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.RejectedException;

/** The refusal of a call whose deadline passed before a timeout was armed: it has not begun. */
final class TooLateException extends RejectedException {
  private static final long serialVersionUID = 1L;

  TooLateException(Timeout timeout) {
    super(timeout.name(), "the deadline has passed", -1L);
  }
}
