// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.core.TimeSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.databind.json.JsonMapper;

/**
 * The main class of an instance of the booking service. An instance reads its configuration from
 * the first line of the standard input, prints {@code ready <port>} when it serves, and ends at the
 * end of the standard input. So no instance outlives the process that started it.
 */
public final class Instance {
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(3);

  private Instance() {}

  /**
   * Runs until the standard input ends.
   *
   * @param args none
   * @throws Exception if the service cannot start
   */
  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = in.readLine();
    if (line == null) {
      throw new IllegalStateException(
          "the standard input is empty; its first line must be the configuration");
    }
    InstanceConfig config = new JsonMapper().readValue(line, InstanceConfig.class);
    Thread.currentThread().setName("instance " + config.name());
    try (Wiring wiring = Wiring.of(config)) {
      out.println("ready " + wiring.port());
      out.flush();
      waitForTheEnd(in);
      var unused =
          TimeSource.system()
              .schedule(
                  SHUTDOWN_TIMEOUT.toNanos(), Runnable::run, () -> Runtime.getRuntime().halt(1));
    }
    System.exit(0);
  }

  private static void waitForTheEnd(BufferedReader in) throws IOException {
    String line = in.readLine();
    while (line != null) {
      line = in.readLine();
    }
  }
}
