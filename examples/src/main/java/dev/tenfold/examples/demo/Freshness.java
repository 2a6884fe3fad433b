// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.time.Duration;

/**
 * The watches of the three kinds of read.
 *
 * @param ledger the acknowledged versions with their times
 * @param cached the watch of reads through the cache
 * @param standby the watch of list reads by other users
 * @param own the watch of list reads by a user after a booking
 */
record Freshness(
    VersionLedger ledger, StalenessWatch cached, StalenessWatch standby, StalenessWatch own) {

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
            longestLoad.plus(redisTtl).plus(memoryTtl)),
        new StalenessWatch(
            ledger,
            "A read from a standby is never staler than allowed",
            "A list may miss bookings that were answered within the bound before the read.",
            maxStaleness),
        new StalenessWatch(
            ledger,
            "Users see their own bookings at once",
            "A read from the primary shows every booking that was answered before the read.",
            Duration.ZERO));
  }
}
