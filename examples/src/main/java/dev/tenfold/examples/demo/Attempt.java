// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The end of one HTTP request.
 *
 * @param outcome the outcome
 * @param instance the instance that was asked
 * @param body the body of the answer, or null
 * @param token what the user has seen, or null if the answer does not tell
 * @param retryAfterMillis the time to retry after, 0 if the service gave none
 */
record Attempt(
    Outcome outcome,
    String instance,
    @Nullable JsonNode body,
    @Nullable String token,
    long retryAfterMillis) {

  static Attempt without(Outcome outcome, String instance, long retryAfterMillis) {
    return new Attempt(outcome, instance, null, null, retryAfterMillis);
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
