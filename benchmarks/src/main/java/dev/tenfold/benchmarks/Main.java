// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.core.TimeSource;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceLoader;

/**
 * The program: measures one suite or runs one check, and prints the findings.
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar routing             at most 45 minutes
 * java -jar benchmarks/target/benchmarks.jar routing --quick     at most 5 minutes, judges no claim
 * java -jar benchmarks/target/benchmarks.jar conformance         less than a minute
 * </pre>
 *
 * <p>{@code --help} prints all arguments, files and exit codes.
 */
public final class Main {

  private Main() {}

  /**
   * Runs the program and ends the process.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    CommandLine bench =
        new CommandLine(
            suites(),
            checks(),
            ForkMeter::new,
            TimeSource.system(),
            InstantSource.system(),
            target().resolve("results"),
            new PrintStream(System.out, false, StandardCharsets.UTF_8),
            System.err);
    System.exit(bench.run(arguments));
  }

  static List<Suite> suites() {
    return ServiceLoader.load(Suite.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  static List<Check> checks() {
    return ServiceLoader.load(Check.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  /** Returns the folder that holds the jar or the classes. */
  private static Path target() {
    try {
      return Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path holds no valid URI", e);
    }
  }
}
