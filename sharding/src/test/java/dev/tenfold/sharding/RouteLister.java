// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The main class of a JVM of its own, which routes {@link Keys} by a topology from a file. */
final class RouteLister {
  private RouteLister() {}

  /** Prints a line per key, in UTF-8: its number, then the route. */
  public static void main(String[] arguments) throws IOException {
    Topology topology =
        Topology.parse(Files.readString(Path.of(arguments[0]), StandardCharsets.UTF_8));
    ShardRouter router = ShardRouter.of(TopologySource.of(topology));
    PrintStream lines = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (int number = 0; number < Integer.parseInt(arguments[1]); number++) {
      lines.print(line(number, router.explain(Keys.of(number))));
    }
    lines.flush();
  }

  private static String line(int number, Route route) {
    return number
        + (" " + route.topology() + " " + route.version())
        + (" " + route.hash() + " " + route.slot())
        + (" " + route.shard() + " " + route.pinned() + "\n");
  }

  /** Reads a key from the rest of a line. */
  static Route read(String[] words) {
    return new Route(
        words[1],
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Integer.parseInt(words[4]),
        new ShardId(words[5]),
        Boolean.parseBoolean(words[6]));
  }
}
