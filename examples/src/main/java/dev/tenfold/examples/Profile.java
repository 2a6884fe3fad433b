// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

/**
 * What everybody may see of a user, and what is cached.
 *
 * @param user id
 * @param name to show
 * @param version how many bookings the user has
 */
record Profile(long user, String name, long version) {}
