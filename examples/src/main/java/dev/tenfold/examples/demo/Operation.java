// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Locale;

/** The kinds of request that the traffic is made of. */
enum Operation {
  PROFILE("open a profile", "Read through the cache."),
  LIST("list bookings", "Read from a standby when one is fresh enough."),
  BOOK(
      "make a booking",
      "One transaction, then the payment. Where the lines are missing, none was answered.");

  private final String title;
  private final String way;

  Operation(String title, String way) {
    this.title = title;
    this.way = way;
  }

  String title() {
    return title;
  }

  /** How the service answers it, in a sentence or two. */
  String way() {
    return way;
  }

  /** Names it in the timeline. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
