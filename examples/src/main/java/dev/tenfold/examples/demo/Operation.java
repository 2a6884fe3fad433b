// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Locale;

/** The kinds of request in the traffic. */
enum Operation {
  PROFILE("open a profile", "A read through the cache."),
  LIST(
      "list bookings",
      "A read from a standby that is fresh enough and has what the user booked, else from the primary."),
  BOOK(
      "make a booking",
      "A transaction, then the payment. A gap in the lines: no booking was answered.");

  private final String title;
  private final String caption;

  Operation(String title, String caption) {
    this.title = title;
    this.caption = caption;
  }

  String title() {
    return title;
  }

  /** Returns the caption: how the service handles the request. */
  String caption() {
    return caption;
  }

  /** Returns the name in the timeline. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
