// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

/** The refusal of a request by the service, with an HTTP status. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedException(int status, String reason) {
    super(reason);
    this.status = status;
  }

  int status() {
    return status;
  }
}
