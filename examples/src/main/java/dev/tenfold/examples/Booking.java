// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

/**
 * What is known of a booking once its transaction has committed; the result that its idempotency
 * record keeps.
 *
 * @param booking its id
 * @param user whose
 * @param amountCents what it costs
 * @param version how many bookings its user has with this one
 */
record Booking(String booking, long user, long amountCents, long version) {}
