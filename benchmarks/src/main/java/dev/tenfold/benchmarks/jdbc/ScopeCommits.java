// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.sharding.jdbc.ConsistencyScope;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * The round trips of a transaction that writes a row, from its connection to the close, counted at
 * the stub. A question about positions counts if the thread of the transaction asks it.
 */
final class ScopeCommits {
  private static final int TRANSACTIONS = 1000;

  private ScopeCommits() {}

  /** Returns the round trips per transaction of Tenfold, each in a scope of its own. */
  static double ofTenfold() {
    Thread me = Thread.currentThread();
    AtomicLong questions = new AtomicLong();
    StubServers servers = StubServers.start();
    try (Resources resources = new Resources()) {
      var orders =
          Tenfold.readWrite(
              new ObservedServers(
                  servers, reading -> questions.addAndGet(Thread.currentThread() == me ? 1 : 0)),
              Pools.SIZE,
              resources);
      Access access = new Access(key -> orders.getConnection(), resources).ready();
      return perTransaction(
          key -> {
            ConsistencyScope scope = orders.openScope();
            try (scope) {
              access.write(key);
            }
          },
          () -> servers.roundTrips() + questions.get());
    }
  }

  /** Returns the round trips per transaction on a pool of HikariCP. */
  static double ofHikari() {
    StubServers servers = StubServers.start();
    try (Resources resources = new Resources()) {
      DataSource pool = Pools.over(servers, Pools.SIZE, resources).primary;
      Access access = new Access(key -> pool.getConnection(), resources);
      return perTransaction(access::write, servers::roundTrips);
    }
  }

  private interface Transaction {
    void run(long key) throws SQLException;
  }

  private static double perTransaction(Transaction transaction, LongSupplier roundTrips) {
    try {
      transaction.run(0); // the server of a new connection is asked once
      long before = roundTrips.getAsLong();
      for (int key = 0; key < TRANSACTIONS; key++) {
        transaction.run(key);
      }
      return (roundTrips.getAsLong() - before) / (double) TRANSACTIONS;
    } catch (SQLException e) {
      throw new IllegalStateException("a transaction failed", e);
    }
  }
}
