// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** A named signal over time, one value per sample; NaN where there is none. */
final class Series {
  private final String name;
  private final String style;
  private final double[] values;

  /**
   * Creates a series.
   *
   * @param style a colour class of the style sheet, or empty
   */
  Series(String name, String style, double[] values) {
    this.name = name;
    this.style = style;
    this.values = values;
  }

  String name() {
    return name;
  }

  String style() {
    return style;
  }

  int size() {
    return values.length;
  }

  double at(int sample) {
    return values[sample];
  }

  /** Returns the value, or 0 where there is none. */
  double orZero(int sample) {
    return Double.isNaN(values[sample]) ? 0 : values[sample];
  }

  double largest() {
    double largest = 0;
    for (int i = 0; i < values.length; i++) {
      largest = Math.max(largest, orZero(i));
    }
    return largest;
  }
}
