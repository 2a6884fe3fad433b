// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.Checks;
import java.nio.file.Path;

/**
 * The options of the demo, from system properties.
 *
 * @param seconds the length of the traffic, with which the schedule of faults scales
 * @param rate the requests per second
 * @param seed the seed of all random choices in the traffic and in the payment provider
 * @param folder the folder for logs, the topology and the report
 */
record DemoOptions(int seconds, int rate, long seed, Path folder) {
  private static final int MIN_SECONDS = 15; // a shorter run has no time for the faults
  private static final int MAX_SECONDS = 3600;
  private static final int MIN_RATE = 10;
  private static final int MAX_RATE = 2000;

  DemoOptions {
    Checks.range(MIN_SECONDS, MAX_SECONDS, "demo.seconds", seconds);
    Checks.range(MIN_RATE, MAX_RATE, "demo.rate", rate);
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
