// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

/**
 * A booking whose transaction has committed. The idempotency record keeps it as the result.
 *
 * @param booking the id
 * @param user the user
 * @param amountCents the price
 * @param version the number of bookings of the user, this one included
 */
record Booking(String booking, long user, long amountCents, long version) {}
