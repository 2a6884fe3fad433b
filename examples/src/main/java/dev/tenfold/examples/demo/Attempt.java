// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The end of one HTTP request.
 *
 * @param outcome the outcome
 * @param body the body of the answer, or null
 * @param retryAfterMillis the time to retry after, 0 if the service gave none
 */
record Attempt(Outcome outcome, @Nullable JsonNode body, long retryAfterMillis) {

  static Attempt without(Outcome outcome) {
    return new Attempt(outcome, null, 0);
  }

  /** The outcomes. */
  enum Outcome {
    /** The service answered. */
    ANSWERED,
    /** The service refused the request at once. */
    REFUSED,
    /** The service or the connection failed. */
    FAILED,
    /** The time limit of the client ended. */
    TIMED_OUT
  }
}
