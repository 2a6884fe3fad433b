// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A server of the testkit could not be started, or did not carry out an operation.
 *
 * <p><b>Guarantees.</b> The message is one line if the cause is known (no binary for this machine,
 * port taken, disk full). Otherwise the end of the server's log follows.
 *
 * <p><b>No guarantees.</b> The wording of the message may change.
 */
public final class FixtureException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  FixtureException(String message) {
    super(message);
  }

  FixtureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
