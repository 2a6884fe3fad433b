// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

/**
 * How bytes pass through a {@link FaultProxy} at the moment.
 *
 * @param isStalled whether none pass
 * @param delayNanos how long each chunk waits
 */
record FaultPassage(boolean isStalled, long delayNanos) {
  static final FaultPassage FREE = new FaultPassage(false, 0);
}
