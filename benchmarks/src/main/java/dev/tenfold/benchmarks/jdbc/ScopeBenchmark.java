// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.testkit.Await;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reads rows inside consistency scopes, over the stub. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ScopeBenchmark {

  /** The data source with its pools and servers, shared by all threads. */
  @State(Scope.Benchmark)
  public static class Opened {
    private static final Duration SOON = Duration.ofSeconds(30);

    final StubServers servers = StubServers.start();
    private final Resources resources = new Resources();
    private long primaryReads; // before the measurement

    ReadWriteDataSource orders;
    Access access;
    String token;

    /**
     * Waits until a replica serves reads, and takes a token of a write that both replicas have
     * replayed.
     *
     * @throws SQLException if the write fails
     */
    @Setup
    public void setUp() throws SQLException {
      orders = Tenfold.readWrite(servers, Pools.SIZE, resources);
      access = new Access(key -> orders.getConnection(), resources).ready();
      try (ConsistencyScope scope = orders.openScope()) {
        access.write(0);
        token = scope.captureToken();
      }
      int replicas = servers.replicas().size();
      Await.until("the replicas have the write", SOON, () -> orders.replayedBy(token, replicas));
      primaryReads = servers.primary.reads();
    }

    /**
     * Stops the data source.
     *
     * @throws IllegalStateException if the primary served a read, so that something else was
     *     measured
     */
    @TearDown
    public void tearDown() {
      access.close();
      if (servers.primary.reads() != primaryReads) {
        throw new IllegalStateException("the primary served reads inside scopes");
      }
    }
  }

  /** A scope on a thread that must see the write of a token, for the whole measurement. */
  @State(Scope.Thread)
  public static class Continued {
    private ConsistencyScope scope;

    /**
     * Opens the scope on the measured thread.
     *
     * @param opened the data source
     */
    @Setup
    public void setUp(Opened opened) {
      scope = opened.orders.openScope(opened.token);
    }

    /** Closes the scope on the measured thread. */
    @TearDown
    public void tearDown() {
      scope.close();
    }
  }

  /**
   * Opens a scope and closes it unused.
   *
   * @param opened the data source
   * @return the closed scope
   */
  @Benchmark
  public ConsistencyScope open(Opened opened) {
    ConsistencyScope scope = opened.orders.openScope();
    scope.close();
    return scope;
  }

  /**
   * Reads a row on a replica, in a new scope that nothing was done in.
   *
   * @param opened the data source
   * @param keys the keys
   * @return the value of the row
   * @throws SQLException if the read fails
   */
  @Benchmark
  public long readInNew(Opened opened, JdbcBenchmark.Keys keys) throws SQLException {
    ConsistencyScope scope = opened.orders.openScope();
    try (scope) {
      return opened.access.read(keys.next());
    }
  }

  /**
   * Reads a row on a replica, in an open scope that continues a token.
   *
   * @param opened the data source
   * @param continued the scope
   * @param keys the keys
   * @return the value of the row
   * @throws SQLException if the read fails
   */
  @Benchmark
  public long readInContinued(Opened opened, Continued continued, JdbcBenchmark.Keys keys)
      throws SQLException {
    return opened.access.read(keys.next());
  }
}
