// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Locale;

/** Text that becomes a page: everything that is not markup is escaped. */
final class Html {
  private final StringBuilder text = new StringBuilder();

  /** Appends markup as it is. */
  Html raw(String markup) {
    text.append(markup);
    return this;
  }

  /** Appends text, escaped. */
  Html text(String words) {
    text.append(escape(words));
    return this;
  }

  /** Appends an element with text in it. */
  Html element(String name, String words) {
    return raw("<" + name + ">").text(words).raw("</" + name.split(" ", 2)[0] + ">");
  }

  @Override
  public String toString() {
    return text.toString();
  }

  static String escape(String words) {
    return words
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A coordinate: two digits are finer than any pixel. */
  static String coordinate(double value) {
    String plain = String.format(Locale.ROOT, "%.2f", value);
    return plain.endsWith(".00") ? plain.substring(0, plain.length() - 3) : plain;
  }
}
