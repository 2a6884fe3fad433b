// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

/**
 * The public profile of a user, which is cached.
 *
 * @param user the user
 * @param name the name
 * @param version the number of bookings of the user
 */
record Profile(long user, String name, long version) {}
