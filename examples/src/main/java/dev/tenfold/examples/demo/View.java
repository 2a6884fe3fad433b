// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** The output of a run. Used by one thread at a time. */
interface View {

  /** Prints a line. */
  void say(String line);

  /** Shows the state of the traffic. Called about once per second. */
  void show(Frame frame);

  /**
   * The state of the traffic at one moment.
   *
   * @param totalSeconds the length of the traffic
   * @param fault the label of the present fault, or empty
   * @param sample the newest sample
   * @param timeline all samples so far
   */
  record Frame(double totalSeconds, String fault, Timeline.Sample sample, Timeline timeline) {}
}
