// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/**
 * A primary that was lost for good, and the standby that took its place.
 *
 * @param shard the shard
 * @param wasSynchronous whether commits waited for that standby until the loss
 * @param promotionSeconds from the loss until the standby took writes
 * @param backSeconds from then until each instance had answered a booking of the shard that was
 *     sent after the loss; infinite if one has not
 * @param boundSeconds the bound of {@code backSeconds}
 */
record Takeover(
    String shard,
    boolean wasSynchronous,
    double promotionSeconds,
    double backSeconds,
    double boundSeconds) {

  /** Returns whether the service was back within the bound. */
  boolean isInTime() {
    return backSeconds <= boundSeconds;
  }
}
