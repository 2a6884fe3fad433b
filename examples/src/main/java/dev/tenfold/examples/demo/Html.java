// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Locale;

/** Builds the text of a page. Everything that is not markup is escaped. */
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

  /** A legend's key of a line: a piece of a line of the same class as in the plot. */
  static String lineKey(String style) {
    return "<svg class=\"key\" viewBox=\"0 0 28 8\" aria-hidden=\"true\"><path class=\""
        + style
        + "\" d=\"M0 4H28\"/></svg>";
  }

  /** A legend's key of an area: a piece of an area of the same class as in the plot. */
  static String areaKey(String style) {
    return "<svg class=\"key\" viewBox=\"0 0 28 8\" aria-hidden=\"true\"><rect class=\""
        + style
        + "\" width=\"28\" height=\"8\"/></svg>";
  }

  static String escape(String words) {
    return words
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** Formats a coordinate with at most two digits, which is finer than any pixel. */
  static String coordinate(double value) {
    String plain = String.format(Locale.ROOT, "%.2f", value);
    return plain.endsWith(".00") ? plain.substring(0, plain.length() - 3) : plain;
  }
}
