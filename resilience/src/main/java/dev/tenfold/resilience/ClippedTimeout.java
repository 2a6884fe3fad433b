// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

/**
 * The rule for a call that the deadline of the caller ends before the duration of a timeout is
 * over. The end of such a call says something about the backend only if the call ran for long
 * enough. A wait before the call is no part of that time.
 */
final class ClippedTimeout {
  private ClippedTimeout() {}

  /**
   * Whether a call ran for half of the time after which it counts as failed.
   *
   * @param limitNanos the shortest timeout around the call, or the shorter slow-call limit of the
   *     gate; {@link Long#MAX_VALUE} if there is none
   */
  static boolean ranLongEnough(long ranNanos, long limitNanos) {
    return limitNanos != Long.MAX_VALUE && ranNanos >= limitNanos - limitNanos / 2;
  }
}
