// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.io.PrintStream;
import java.nio.file.Files;

/**
 * The main class of the demo, {@code mvn -Pdemo}. The exit code is 0 only if every promise held.
 *
 * <p>No process that the demo starts outlives the demo. Servers and instances end when a pipe from
 * the demo is closed, which the operating system does in any case, and the demo ends with the
 * process that started it. A normal exit waits until the servers have ended.
 */
public final class Demo {
  private static final int EXIT_BROKEN_PROMISE = 1;
  private static final int EXIT_FAILED = 2;

  private Demo() {}

  /**
   * Runs the demo.
   *
   * @param args none; see {@link DemoOptions} for the system properties
   */
  public static void main(String[] args) {
    PrintStream out = System.out;
    ParentWatch.start();
    int exit;
    try {
      DemoOptions options = DemoOptions.fromSystemProperties();
      Files.createDirectories(options.folder());
      System.setProperty(
          "org.slf4j.simpleLogger.logFile", options.folder().resolve("demo.log").toString());
      System.setProperty("sun.net.httpserver.nodelay", "true");
      exit = new DemoRun(options, Terminal.view(out)).run() ? 0 : EXIT_BROKEN_PROMISE;
    } catch (Exception failure) {
      failure.printStackTrace(System.err);
      exit = EXIT_FAILED;
    }
    System.exit(exit);
  }
}
