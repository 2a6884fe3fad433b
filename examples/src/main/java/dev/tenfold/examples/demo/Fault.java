// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.CheckedRunnable;

/**
 * Something that is broken on purpose for a while.
 *
 * @param window when, and what people call it
 * @param begin breaks it
 * @param end mends it
 */
record Fault(Window window, CheckedRunnable<Exception> begin, CheckedRunnable<Exception> end) {

  /**
   * When a fault holds.
   *
   * @param letter marks it in every chart
   * @param title a few words
   * @param story one sentence for somebody who has never seen the project
   * @param fromSeconds since the traffic began
   * @param toSeconds since the traffic began
   */
  record Window(String letter, String title, String story, double fromSeconds, double toSeconds) {

    String label() {
      return letter + ": " + title;
    }

    boolean holdsAt(double second) {
      return second >= fromSeconds && second < toSeconds;
    }
  }
}
