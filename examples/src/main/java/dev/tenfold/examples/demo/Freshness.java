// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/**
 * The staleness of the three kinds of read.
 *
 * @param ledger what was acknowledged when
 * @param cached reads through the cache
 * @param standby list reads by anybody
 * @param own list reads by a user who has just booked
 */
record Freshness(
    VersionLedger ledger, StalenessWatch cached, StalenessWatch standby, StalenessWatch own) {}
