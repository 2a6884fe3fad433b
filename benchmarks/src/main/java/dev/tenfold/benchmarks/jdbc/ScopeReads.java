// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Where the reads of a scope go that has written: a write, then 100 reads, one every 2.5 ms, with a
 * PostgreSQL primary and two standbys that follow it closely.
 */
final class ScopeReads {
  private static final int STANDBYS = 2;
  private static final int READS = 100;
  private static final long PAUSE_NANOS = 2_500_000;

  private ScopeReads() {}

  /** Returns the share of the reads that the primary serves, in percent; over one scope or more. */
  static double percentOnPrimary(TimeSource time, Duration measured) {
    try (Resources resources = new Resources()) {
      PostgresServers servers = resources.add(PostgresServers.start(STANDBYS));
      var orders = Tenfold.readWrite(servers, Pools.SIZE, resources);
      Access access = new Access(key -> orders.getConnection(), resources).ready();
      long scopes = 0;
      long onPrimary = 0;
      long began = time.nanoTime();
      do {
        ConsistencyScope scope = orders.openScope();
        try (scope) {
          access.write(scopes++ % Access.KEYS);
          onPrimary += readsOnPrimary(time, access);
        }
      } while (time.nanoTime() - began < measured.toNanos());
      return 100.0 * onPrimary / (scopes * READS);
    } catch (SQLException e) {
      throw new IllegalStateException("a read or a write failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted between two reads", e);
    }
  }

  private static int readsOnPrimary(TimeSource time, Access access)
      throws SQLException, InterruptedException {
    int onPrimary = 0;
    for (int i = 0; i < READS; i++) {
      onPrimary += access.isOnReplica() ? 0 : 1;
      time.sleep(PAUSE_NANOS);
    }
    return onPrimary;
  }
}
