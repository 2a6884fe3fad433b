// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** The kinds of request that the traffic is made of. */
enum Operation {
  PROFILE("open a profile", "read through the cache"),
  LIST("list bookings", "read from a standby when one is fresh enough"),
  BOOK("make a booking", "one transaction, then the payment");

  private final String title;
  private final String path;

  Operation(String title, String path) {
    this.title = title;
    this.path = path;
  }

  String title() {
    return title;
  }

  /** How the service answers it, in a few words. */
  String way() {
    return path;
  }

  /** Names it in the timeline. */
  String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
