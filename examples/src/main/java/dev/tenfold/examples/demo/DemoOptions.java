// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.nio.file.Path;

/**
 * What the command line decides.
 *
 * @param seconds how long traffic arrives; the schedule of faults scales with it
 * @param rate requests per second
 * @param seed of everything that is random in the traffic and in the payment provider
 * @param folder where logs, the topology and the report go
 */
record DemoOptions(int seconds, int rate, long seed, Path folder) {
  private static final int MIN_SECONDS = 15;
  private static final int MAX_SECONDS = 3600;
  private static final int MAX_RATE = 2000;

  DemoOptions {
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
      throw new IllegalArgumentException(
          "demo.seconds "
              + seconds
              + " is outside "
              + MIN_SECONDS
              + ".."
              + MAX_SECONDS
              + ": a shorter run has no room for the faults");
    }
    if (rate < 10 || rate > MAX_RATE) {
      throw new IllegalArgumentException("demo.rate " + rate + " is outside 10.." + MAX_RATE);
    }
  }

  static DemoOptions fromSystemProperties() {
    return new DemoOptions(
        Integer.getInteger("demo.seconds", 75),
        Integer.getInteger("demo.rate", 200),
        Long.getLong("demo.seed", 42L),
        Path.of(System.getProperty("demo.folder", "target/demo")).toAbsolutePath().normalize());
  }

  Path topology() {
    return folder.resolve("bookings.topology");
  }

  Path report() {
    return folder.resolve("report.html");
  }
}
