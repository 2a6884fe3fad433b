// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/** Reads rows through the data source of one contender. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JdbcBenchmark {

  /** The data source with its pools and servers, shared by all threads. */
  @State(Scope.Benchmark)
  public static class Opened {
    /** For a contender that takes seconds to warm up. */
    private static final int EARLY_READS = 20_000;

    /** The contender. */
    @Param public Contender contender;

    /** The kind of servers. */
    @Param public Backend backend;

    Access access;

    /**
     * Starts the servers and waits until a replica serves reads. A measured fork of ShardingSphere
     * then reads for a while, since the warm-up of JMH is too short for that much code.
     *
     * @param run says whether the fork has a warm-up
     * @throws SQLException if the servers cannot be filled, or a read fails
     */
    @Setup
    public void setUp(BenchmarkParams run) throws SQLException {
      access = contender.open(backend).ready();
      if (contender.isSlowToWarmUp() && run.getWarmup().getCount() > 0) {
        for (int i = 0; i < EARLY_READS; i++) {
          access.read(i);
        }
      }
    }

    /**
     * Stops the servers.
     *
     * @throws SQLException if reads fail
     * @throws IllegalStateException if the primary serves reads, so that something else was
     *     measured
     */
    @TearDown
    public void tearDown() throws SQLException {
      try (Access closing = access) {
        if (!closing.isOnReplica()) {
          throw new IllegalStateException("the primary serves the reads of " + contender);
        }
      }
    }
  }

  /** The keys of a thread. */
  @State(Scope.Thread)
  public static class Keys {
    private int next;

    long next() {
      return next++ & Access.KEYS - 1;
    }
  }

  /**
   * Borrows a connection, reads a row on a replica and returns the connection.
   *
   * @param opened the data source
   * @param keys the keys
   * @return the value of the row
   * @throws SQLException if the read fails
   */
  @Benchmark
  public long read(Opened opened, Keys keys) throws SQLException {
    return opened.access.read(keys.next());
  }

  /**
   * Reads a row on a replica in a transaction.
   *
   * @param opened the data source
   * @param keys the keys
   * @return the value of the row
   * @throws SQLException if the read fails
   */
  @Benchmark
  public long transaction(Opened opened, Keys keys) throws SQLException {
    return opened.access.readInTransaction(keys.next());
  }

  /**
   * Borrows a connection and returns it unused.
   *
   * @param opened the data source
   * @param keys the keys
   * @return whether the connection is closed
   * @throws SQLException if the pool fails
   */
  @Benchmark
  public boolean borrow(Opened opened, Keys keys) throws SQLException {
    return opened.access.borrow(keys.next());
  }
}
