// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import dev.tenfold.core.TimeSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a client through a {@link FaultProxy} to a server. One thread per direction reads
 * a chunk, waits until it may pass, and writes it.
 */
final class FaultConnection {
  private static final int CHUNK = 1 << 14;
  private static final int END = -1;
  private static final int BROKEN = -2;

  private final TimeSource time;
  private final Socket client;
  private final Socket server = new Socket();
  private final int target;
  private final Supplier<FaultPassage> passage;
  private final Consumer<FaultConnection> atEnd;
  private final AtomicInteger openDirections = new AtomicInteger(2);
  private volatile boolean ended;
  private volatile @Nullable Thread toServer;
  private volatile @Nullable Thread toClient;

  FaultConnection(
      TimeSource time,
      Socket client,
      int target,
      Supplier<FaultPassage> passage,
      Consumer<FaultConnection> atEnd) {
    this.time = time;
    this.client = client;
    this.target = target;
    this.passage = passage;
    this.atEnd = atEnd;
  }

  /** Returns a daemon thread of the proxy on the given port. */
  static Thread thread(int proxyPort, Runnable task) {
    Thread thread = new Thread(task, "tenfold-proxy-" + proxyPort);
    thread.setDaemon(true);
    return thread;
  }

  /** Starts the threads, which connect to the server first. */
  void start(int proxyPort) {
    Thread answers = thread(proxyPort, () -> pass(server, client));
    Thread requests =
        thread(
            proxyPort,
            () -> {
              if (connects()) {
                answers.start();
                pass(client, server);
              }
            });
    toClient = answers;
    toServer = requests;
    requests.start();
  }

  private boolean connects() {
    try {
      if (mayPass()) {
        server.connect(new InetSocketAddress(Machine.loopback(), target));
        server.setTcpNoDelay(true);
        client.setTcpNoDelay(true);
        return true;
      }
    } catch (IOException refused) {
      reset();
    }
    return false;
  }

  private void pass(Socket from, Socket to) {
    byte[] chunk = new byte[CHUNK];
    try {
      for (; ; ) {
        int length = read(from, chunk);
        if (!mayPass()) {
          return;
        }
        if (length == BROKEN) {
          reset();
          return;
        }
        if (length == END) {
          to.shutdownOutput();
          endDirection();
          return;
        }
        to.getOutputStream().write(chunk, 0, length);
      }
    } catch (IOException broken) {
      reset();
    }
  }

  /** Reads a chunk. The end of a connection, of either kind, has to wait like a chunk. */
  private static int read(Socket from, byte[] chunk) {
    try {
      return from.getInputStream().read(chunk);
    } catch (IOException broken) {
      return BROKEN;
    }
  }

  /** Waits until what was read may pass; returns false if the connection has ended before. */
  private boolean mayPass() {
    long began = time.nanoTime();
    while (!ended) {
      FaultPassage now = passage.get();
      if (now.isStalled()) {
        LockSupport.park(this);
      } else {
        long left = now.delayNanos() - (time.nanoTime() - began);
        if (left <= 0) {
          return true;
        }
        time.parkNanos(this, left);
      }
    }
    return false;
  }

  /** Lets the threads look again whether they may pass. */
  void wake() {
    LockSupport.unpark(toServer); // null has no effect
    LockSupport.unpark(toClient);
  }

  private void endDirection() throws IOException {
    if (openDirections.decrementAndGet() == 0) {
      ended = true;
      client.close();
      server.close();
      atEnd.accept(this);
    }
  }

  /** Ends the connection by resets on both sides. */
  void reset() {
    ended = true;
    reset(client);
    reset(server);
    wake();
    atEnd.accept(this);
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0); // close() then sends a reset
    } catch (IOException closedBefore) {
      // Nothing to send.
    }
    try {
      socket.close();
    } catch (IOException closedBefore) {
      // Nothing to close.
    }
  }

  /** Waits for the end of the threads. The connection has been reset. */
  void join() {
    join(toServer); // which starts the other one
    join(toClient);
  }

  /** Waits for the end of a thread, also if the caller is interrupted. */
  static void join(@Nullable Thread thread) {
    boolean interrupted = false;
    while (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
