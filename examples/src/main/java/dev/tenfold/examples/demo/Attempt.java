// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How one HTTP request ended.
 *
 * @param outcome which way
 * @param body the answer, if there was one
 * @param retryAfterMillis what the service asked for, 0 if nothing
 */
record Attempt(Outcome outcome, @Nullable JsonNode body, long retryAfterMillis) {

  static Attempt without(Outcome outcome) {
    return new Attempt(outcome, null, 0);
  }

  /** The four ways. */
  enum Outcome {
    /** The client has what it asked for. */
    ANSWERED,
    /** The service turned it away at once. */
    REFUSED,
    /** The service or the connection broke. */
    FAILED,
    /** The client gave up waiting. */
    TIMED_OUT
  }
}
