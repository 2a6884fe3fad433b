// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** One named number over time, one value per sample; NaN where it was not seen. */
final class Series {
  private final String name;
  private final String style;
  private final double[] values;

  /**
   * Takes the values as they are.
   *
   * @param style a colour class of the report's style sheet, or empty
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

  /** The value, or 0 where it was not seen. */
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
