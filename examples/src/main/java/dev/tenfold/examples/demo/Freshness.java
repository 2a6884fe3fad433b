// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.time.Duration;

/**
 * The watches of the three kinds of read.
 *
 * @param ledger the acknowledged versions with their times
 * @param cached the watch of reads through the cache
 * @param others the watch of list reads by somebody else
 * @param own the watch of list reads by the user who booked
 */
record Freshness(
    VersionLedger ledger, StalenessWatch cached, StalenessWatch others, StalenessWatch own) {

  /** Creates the watches with the bounds of the configuration. */
  static Freshness of(
      Duration maxStaleness, Duration longestLoad, Duration redisTtl, Duration memoryTtl) {
    var ledger = new VersionLedger();
    return new Freshness(
        ledger,
        new StalenessWatch(
            ledger,
            "A cached profile is never staler than its bound",
            "The bound is the longest load plus the times to live in Redis and in memory.",
            longestLoad.plus(redisTtl).plus(memoryTtl),
            false),
        new StalenessWatch(
            ledger,
            "A read from a standby is never staler than allowed",
            "A list of somebody else may miss bookings that were answered within the bound before the"
                + " read.",
            maxStaleness,
            true),
        new StalenessWatch(
            ledger,
            "Users see their own bookings at once",
            "A user's own list shows every booking that was answered before the read, whichever instance"
                + " and whichever server answers.",
            Duration.ZERO,
            true));
  }
}
