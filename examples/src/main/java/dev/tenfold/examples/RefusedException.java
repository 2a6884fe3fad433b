// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

/** A request that the service does not carry out, and the HTTP status that says why. */
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
