// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports on 127.0.0.1. They lie below the range that systems hand out for outgoing connections
 * (from 32768), so that nobody takes the port of a server that is down for a restart, and port +
 * 10000, Redis Cluster's bus, is a port too.
 */
final class Ports {
  private static final int FIRST = 12_000;
  private static final int COUNT = 20_000;

  /** JVMs start apart from each other; one that meets another all the same tries the next port. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(Math.floorMod(ProcessHandle.current().pid() * 7919, COUNT));

  private Ports() {}

  /**
   * Returns a port that was free a moment ago and has not been returned before, until all have.
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
