// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.io.PrintStream;
import java.nio.file.Files;

/**
 * The demo: {@code mvn -Pdemo}. Ends with 0 only if every promise held.
 *
 * <p>Nothing that it starts outlives it, however it ends: servers and instances hang on pipes that
 * the operating system cuts, and the demo itself ends with the process that started it.
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
