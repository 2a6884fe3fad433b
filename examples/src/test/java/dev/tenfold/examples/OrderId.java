// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

/** Carries its user, so that whoever has the id of an order knows its shard. */
record OrderId(long user, long number) {
  static OrderId parse(String text) {
    int dash = text.indexOf('-', 1); // the first may be a sign
    return new OrderId(
        Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
  }

  @Override
  public String toString() {
    return user + "-" + number;
  }
}
