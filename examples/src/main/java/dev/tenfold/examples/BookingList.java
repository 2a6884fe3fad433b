// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import java.util.List;

/**
 * The latest bookings of a user.
 *
 * @param user the user
 * @param version the number of bookings of the user
 * @param fromStandby whether a standby answered
 * @param latest the newest five bookings
 */
record BookingList(long user, long version, boolean fromStandby, List<Line> latest) {

  /** One booking. */
  record Line(String booking, long amountCents, String status) {}
}
