// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports on 127.0.0.1. They are below the range that systems use for outgoing connections (from
 * 32768), so that no connection takes the port of a server that restarts, and low enough that port
 * + 10000, the bus port of Redis Cluster, exists.
 */
final class Ports {
  private static final int FIRST = 12_000;
  private static final int COUNT = 20_000;

  /** JVMs start at different ports. On a collision the next port is tried. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(Math.floorMod(ProcessHandle.current().pid() * 7919, COUNT));

  private Ports() {}

  /**
   * Returns a port that was free a moment ago. No port is returned twice before all were.
   *
   * @throws FixtureException if none is free
   */
  static int free() {
    for (int tried = 0; tried < COUNT; tried++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new FixtureException(
        "no free port on 127.0.0.1 between " + FIRST + " and " + (FIRST + COUNT - 1));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(Machine.loopback(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
