// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** Where the run is watched from. Used by one thread at a time. */
interface View {

  /** A step of the run, worth a line of its own. */
  void say(String line);

  /** The state of the traffic, about once a second. */
  void show(Frame frame);

  /**
   * What there is to see at one moment.
   *
   * @param totalSeconds how long traffic arrives
   * @param fault the fault that holds now, as text, or empty
   * @param sample the newest interval
   * @param timeline everything so far
   */
  record Frame(double totalSeconds, String fault, Timeline.Sample sample, Timeline timeline) {}
}
