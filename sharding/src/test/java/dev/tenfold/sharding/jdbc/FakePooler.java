// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What a pooler such as PgBouncer shows of itself: the key of a connection that a client gets at
 * its start is the pooler's, not that of the backend which answers later. Everything else passes.
 */
final class FakePooler implements AutoCloseable {
  private static final int FAKE_BACKEND = 7;

  private final int target;
  private final ServerSocket listener;
  private final Queue<Closeable> open = new ConcurrentLinkedQueue<>();

  FakePooler(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    open.add(listener);
    start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Runs a step until the end of its connection. */
  private static void start(Step step) {
    Thread thread =
        new Thread(() -> {
          try {
            step.run();
          } catch (IOException closed) {
            // the end of the connection, or of the pooler
          }
        });
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listener.accept();
      Socket server = new Socket(InetAddress.getByName("127.0.0.1"), target);
      open.add(client);
      open.add(server);
      start(() -> pass(client.getInputStream(), server));
      start(() -> {
        greet(new DataInputStream(server.getInputStream()), client.getOutputStream());
        pass(server.getInputStream(), client);
      });
    }
  }

  /** Passes the messages of the start, up to "ready for query", with another key. */
  private static void greet(DataInputStream server, OutputStream client) throws IOException {
    DataOutputStream out = new DataOutputStream(client);
    byte type;
    do {
      type = server.readByte();
      int length = server.readInt();
      byte[] body = server.readNBytes(length - 4);
      if (type == 'K') {
        body[0] = body[1] = body[2] = 0;
        body[3] = FAKE_BACKEND;
      }
      out.writeByte(type);
      out.writeInt(length);
      out.write(body);
      out.flush();
    } while (type != 'Z');
  }

  private static void pass(InputStream from, Socket to) throws IOException {
    try (to) {
      from.transferTo(to.getOutputStream());
    }
  }

  @Override
  public void close() {
    open.forEach(each -> {
      try {
        each.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }
}
