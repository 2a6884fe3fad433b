// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;

/** The main class of another JVM: starts servers, prints their process ids, and never ends. */
final class ServerOwner {
  private ServerOwner() {}

  /** Prints the process ids of the servers and of an unrelated child in one line. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    RedisFixture running = RedisFixture.start();
    RedisFixture paused = RedisFixture.start();
    RedisFixture killed = RedisFixture.start();
    PostgresFixture postgres = PostgresFixture.start(1);
    paused.pause();
    killed.kill();
    postgres.standby(0).pause();
    // A child that outlives this JVM must not inherit the pipes of the servers' supervisors.
    Process stranger =
        new ProcessBuilder("sleep", "1000")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    System.out.println(
        running.pid()
            + " "
            + paused.pid()
            + " "
            + postgres.primary().pid()
            + " "
            + postgres.standby(0).pid()
            + " "
            + stranger.pid());
    if (arguments.length > 0) {
      System.exit(Integer.parseInt(arguments[0]));
    }
    Thread.currentThread().join();
  }
}
