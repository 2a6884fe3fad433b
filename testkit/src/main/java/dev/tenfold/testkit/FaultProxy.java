// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import dev.tenfold.core.Checks;
import dev.tenfold.core.TimeSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on 127.0.0.1 in front of a server, for faults of the network: cut, slow and silent
 * connections, and a name or an address that moves to another server. It passes on bytes of any
 * protocol.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(server.port())) {
 *   String url = server.jdbcUrl("postgres", proxy.port());
 *   proxy.delay(Duration.ofMillis(50));   // each way
 *   proxy.stall();                        // connections stay open, nothing arrives: half-open
 *   proxy.heal();                         // what was held back arrives
 *   proxy.cut();                          // connections are reset, new ones are refused
 *   proxy.heal();                         // same port
 *   proxy.redirect(other.port());         // new connections go to another server
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> The port stays the same until {@link #close}. Bytes are not changed, and
 * their order stays. The end of one direction of a connection is passed on, and so is a reset. When
 * {@code close} has returned, the threads of the proxy have ended.
 *
 * <p><b>No guarantees.</b> A connection to a server that refuses is accepted, and then reset. Bytes
 * that are being written when a fault begins may still arrive. A delay limits the throughput of
 * each direction of a connection, to one chunk of up to 16 kB per delay.
 *
 * <p>Any thread may read the port. One thread at a time may change the faults. Each connection
 * takes two daemon threads and 32 kB; there are up to {@value #MAX_CONNECTIONS} connections, and
 * more are reset. A chunk costs one more read and one more write.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 1000;
  private static final int MAX_PORTS_TRIED = 10;
  private static final int BACKLOG = 1000;

  private final TimeSource time;
  private final int port;
  private volatile int target;
  private volatile FaultPassage passage = FaultPassage.FREE;
  private @Nullable Thread acceptor;
  private boolean closed;

  /** Guards the fields below, which the acceptor uses too. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Set<FaultConnection> connections = new HashSet<>();
  private @Nullable ServerSocket listener;

  private FaultProxy(TimeSource time, int target) {
    this.time = time;
    this.target = target;
    this.port = Ports.free();
  }

  /**
   * Opens a proxy in front of a port on 127.0.0.1.
   *
   * @param port the port of the server, 1 to 65535; nobody need listen on it yet
   * @return the open proxy, without a fault
   * @throws IllegalArgumentException if the port is out of range
   * @throws FixtureException if no port is free for the proxy
   */
  public static FaultProxy to(int port) {
    return to(TimeSource.system(), port);
  }

  /**
   * Opens a proxy whose delays are measured by the given clock.
   *
   * @param time the clock to read and to wait by
   * @param port the port of the server, 1 to 65535; nobody need listen on it yet
   * @return the open proxy, without a fault
   * @throws IllegalArgumentException if the port is out of range
   * @throws FixtureException if no port is free for the proxy
   */
  public static FaultProxy to(TimeSource time, int port) {
    Objects.requireNonNull(time, "time");
    checkedPort(port);
    for (int tried = 1; tried < MAX_PORTS_TRIED; tried++) {
      FaultProxy proxy = new FaultProxy(time, port);
      try {
        proxy.listen();
        return proxy;
      } catch (FixtureException taken) {
        // Another process was faster.
      }
    }
    FaultProxy proxy = new FaultProxy(time, port);
    proxy.listen();
    return proxy;
  }

  private static int checkedPort(int port) {
    return Checks.range(1, 65_535, "port of the server", port);
  }

  /**
   * Returns the port of the proxy on 127.0.0.1.
   *
   * @return the port, the same until the proxy is closed
   */
  public int port() {
    return port;
  }

  /**
   * Resets all connections, and refuses new ones until {@link #heal}. Returns when the port
   * refuses.
   *
   * @throws IllegalStateException if the proxy is closed
   */
  public void cut() {
    requireOpen();
    reset();
  }

  /**
   * Delays each chunk that is transferred, in both directions, and the opening of new connections
   * to the server. Replaces an earlier delay, and applies to what is on its way too.
   *
   * @param each the delay, 0 or more
   * @throws IllegalArgumentException if the delay is negative
   * @throws IllegalStateException if the proxy is closed
   */
  public void delay(Duration each) {
    long nanos = Checks.nonNegativeNanos("delay", each);
    change(new FaultPassage(passage.isStalled(), nanos));
  }

  /**
   * Transfers nothing more in either direction until {@link #heal}. Connections stay open, and new
   * ones are accepted, but the server does not see them. The proxy holds up to 16 kB back for each
   * direction of a connection; further bytes fill the buffers of the operating system, and then the
   * sender waits. The ends of connections are held back too.
   *
   * @throws IllegalStateException if the proxy is closed
   */
  public void stall() {
    change(new FaultPassage(true, passage.delayNanos()));
  }

  /**
   * Ends all faults: what was held back is transferred, new connections are accepted. The target of
   * {@link #redirect} stays.
   *
   * @throws IllegalStateException if the proxy is closed
   * @throws FixtureException if another process has taken the port after {@link #cut}
   */
  public void heal() {
    change(FaultPassage.FREE);
    if (acceptor == null || !acceptor.isAlive()) {
      listen();
    }
  }

  /**
   * Leads new connections to another server, as a name or a virtual address does that has moved.
   * Connections that exist stay with their server.
   *
   * @param port the port of the other server on 127.0.0.1, 1 to 65535
   * @throws IllegalArgumentException if the port is out of range
   * @throws IllegalStateException if the proxy is closed
   */
  public void redirect(int port) {
    requireOpen();
    target = checkedPort(port);
  }

  private void change(FaultPassage next) {
    requireOpen();
    passage = next;
    connections().forEach(FaultConnection::wake);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  private void listen() {
    ServerSocket opened;
    try {
      opened = new ServerSocket();
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress(Machine.loopback(), port), BACKLOG);
    } catch (IOException e) {
      throw new FixtureException("cannot listen on 127.0.0.1:" + port + ": " + e.getMessage(), e);
    }
    lock.lock();
    try {
      listener = opened;
    } finally {
      lock.unlock();
    }
    acceptor = FaultConnection.thread(port, () -> accept(opened));
    acceptor.start();
  }

  /** Accepts connections until the listener is closed. */
  private void accept(ServerSocket from) {
    try (from) {
      for (; ; ) {
        Socket client = from.accept();
        FaultConnection connection =
            new FaultConnection(time, client, target, () -> passage, this::forget);
        if (admits(from, connection)) {
          connection.start(port);
        } else {
          connection.reset();
        }
      }
    } catch (IOException closedOrUnusable) {
      // No more connections: the port refuses.
    }
  }

  /** Returns false for a connection that {@link #cut} did not see, and beyond the limit. */
  private boolean admits(ServerSocket from, FaultConnection connection) {
    lock.lock();
    try {
      return from.equals(listener)
          && connections.size() < MAX_CONNECTIONS
          && connections.add(connection);
    } finally {
      lock.unlock();
    }
  }

  private void forget(FaultConnection connection) {
    lock.lock();
    try {
      connections.remove(connection);
    } finally {
      lock.unlock();
    }
  }

  private List<FaultConnection> connections() {
    lock.lock();
    try {
      return List.copyOf(connections);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the listener and takes it away, so that its acceptor admits no more connections. */
  private @Nullable ServerSocket takeListener() {
    lock.lock();
    try {
      ServerSocket taken = listener;
      listener = null;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses new connections and resets the others. Returns when their threads have ended. */
  private void reset() {
    ServerSocket taken = takeListener();
    if (taken != null) {
      try {
        taken.close();
      } catch (IOException refusesAnyway) {
        // The port is given back all the same.
      }
    }
    if (acceptor != null) {
      FaultConnection.join(acceptor);
      acceptor = null;
    }
    List<FaultConnection> open = connections();
    open.forEach(FaultConnection::reset);
    open.forEach(FaultConnection::join);
  }

  /** Resets all connections, and gives the port back. No effect the second time. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      reset();
    }
  }

  @Override
  public String toString() {
    return "proxy on 127.0.0.1:" + port + " to " + target;
  }
}
