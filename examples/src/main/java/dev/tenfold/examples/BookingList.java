// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import java.util.List;

/**
 * The latest bookings of a user.
 *
 * @param user id
 * @param version how many bookings the user has
 * @param fromStandby whether a standby answered
 * @param latest the newest few
 */
record BookingList(long user, long version, boolean fromStandby, List<Line> latest) {

  /** One of them. */
  record Line(String booking, long amountCents, String status) {}
}
