// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.time.Duration;

/**
 * The staleness of the three kinds of read.
 *
 * @param ledger what was acknowledged when
 * @param cached reads through the cache
 * @param standby list reads by anybody
 * @param own list reads by a user who has just booked
 */
record Freshness(
    VersionLedger ledger, StalenessWatch cached, StalenessWatch standby, StalenessWatch own) {

  /** The promises, with the bounds that the configuration gives them. */
  static Freshness of(
      Duration maxStaleness, Duration longestLoad, Duration redisTtl, Duration memoryTtl) {
    var ledger = new VersionLedger();
    return new Freshness(
        ledger,
        new StalenessWatch(
            ledger,
            "A cached profile is never older than its lifetimes",
            "It may be loaded, live in Redis and then in a process: the longest load and both lifetimes"
                + " together are the bound.",
            longestLoad.plus(redisTtl).plus(memoryTtl)),
        new StalenessWatch(
            ledger,
            "A standby is never used beyond the allowed staleness",
            "A list of bookings may miss what was booked within the bound before it was asked for.",
            maxStaleness),
        new StalenessWatch(
            ledger,
            "Who has just booked sees the booking",
            "A read that asks for the primary shows everything that was answered before.",
            Duration.ZERO));
  }
}
