// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

/** A scenario needs a feature that a library does not have. */
final class NotOfferedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotOfferedException(String missing) {
    super(missing);
  }
}
