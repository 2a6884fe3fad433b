// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.CheckedRunnable;

/**
 * A fault that the demo injects for a while.
 *
 * @param window the time and the description
 * @param begin starts the fault
 * @param end ends the fault
 */
record Fault(Window window, CheckedRunnable<Exception> begin, CheckedRunnable<Exception> end) {

  /**
   * The time and the description of a fault.
   *
   * @param letter the mark in the charts
   * @param title the name
   * @param story one sentence for a reader who does not know the project
   * @param fromSeconds the start, in seconds since the start of the traffic
   * @param toSeconds the end, in seconds since the start of the traffic
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
