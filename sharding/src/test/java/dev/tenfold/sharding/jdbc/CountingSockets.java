// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import javax.net.SocketFactory;

/**
 * The sockets of pgjdbc, for its options {@code socketFactory} and {@code socketFactoryArg}. They
 * count round trips by the name in the argument: whatever is read after something was written.
 */
public final class CountingSockets extends SocketFactory {
  private static final Map<String, LongAdder> TRIPS = new ConcurrentHashMap<>();

  private final LongAdder trips;

  /** Called by the driver. */
  public CountingSockets(String name) {
    this.trips = TRIPS.computeIfAbsent(name, key -> new LongAdder());
  }

  /** Returns a URL whose connections count under a name. */
  static String url(String url, String name) {
    return url
        + (url.contains("?") ? "&" : "?")
        + "socketFactory="
        + CountingSockets.class.getName()
        + "&socketFactoryArg="
        + name;
  }

  /** Returns how many round trips all connections of a name have made. */
  static long trips(String name) {
    LongAdder known = TRIPS.get(name);
    return known == null ? 0 : known.sum();
  }

  @Override
  public Socket createSocket() {
    return new Counted();
  }

  private final class Counted extends Socket {
    private volatile boolean written;

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
          if (written) {
            written = false;
            trips.increment();
          }
          return super.read(bytes, from, length);
        }

        @Override
        public int read() throws IOException {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          written = true;
          out.write(bytes, from, length);
        }

        @Override
        public void write(int one) throws IOException {
          write(new byte[] {(byte) one}, 0, 1);
        }
      };
    }
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
    throw new UnsupportedOperationException();
  }
}
