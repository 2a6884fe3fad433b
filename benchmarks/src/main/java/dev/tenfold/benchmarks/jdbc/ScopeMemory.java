// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.core.Ambient;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The heap that 10,000 open scopes hold. A scope that is opened inside another one joins it. So
 * each scope is opened in an empty context of its own, and the heap that these contexts hold
 * without scopes is taken off.
 */
final class ScopeMemory {
  private static final int SCOPES = 10_000;

  /** The median of some figures counts: the process also frees what others have left. */
  private static final int REPEATS = 5;

  private final ReadWriteDataSource orders;
  private final Access access;
  private final String token;
  private final Ambient.@Nullable Scope[] contexts = new Ambient.Scope[SCOPES];
  private final @Nullable ConsistencyScope[] scopes = new ConsistencyScope[SCOPES];

  private ScopeMemory(ReadWriteDataSource orders, Access access) throws SQLException {
    this.orders = orders;
    this.access = access;
    try (ConsistencyScope scope = orders.openScope()) {
      access.write(0);
      this.token = scope.captureToken();
    }
  }

  /** Opens the scope of a context; returns null for none. */
  private interface Opening {
    @Nullable ConsistencyScope open(ScopeMemory memory, long key) throws SQLException;
  }

  /** Returns the bytes per scope that has no token and was not used. */
  static double ofUnused() {
    return bytesPerScope((memory, key) -> memory.orders.openScope());
  }

  /** Returns the bytes per scope that continues a token, and has written and read. */
  static double ofUsed() {
    return bytesPerScope((memory, key) -> {
      ConsistencyScope scope = memory.orders.openScope(memory.token);
      memory.access.write(key);
      memory.access.read(key);
      return scope;
    });
  }

  private static double bytesPerScope(Opening opening) {
    try (Resources resources = new Resources()) {
      var orders = Tenfold.readWrite(StubServers.start(), Pools.SIZE, resources);
      Access access = new Access(key -> orders.getConnection(), resources).ready();
      ScopeMemory memory = new ScopeMemory(orders, access);
      memory.held(opening); // so that what is created once is there
      long[] held = new long[REPEATS];
      for (int i = 0; i < REPEATS; i++) {
        held[i] = memory.held(opening) - memory.held((none, key) -> null);
      }
      Arrays.sort(held);
      return held[REPEATS / 2] / (double) SCOPES;
    } catch (SQLException e) {
      throw new IllegalStateException("a read or a write failed", e);
    }
  }

  private long held(Opening opening) throws SQLException {
    Ambient empty = Ambient.capture();
    long before = usedHeap();
    try {
      for (int i = 0; i < SCOPES; i++) {
        contexts[i] = empty.open();
        scopes[i] = opening.open(this, i % Access.KEYS);
      }
      return usedHeap() - before;
    } finally {
      close();
    }
  }

  /** Closes what is open, in reverse order. */
  private void close() {
    for (int i = SCOPES - 1; i >= 0; i--) {
      ConsistencyScope scope = scopes[i];
      if (scope != null) {
        scope.close();
        scopes[i] = null;
      }
      Ambient.Scope context = contexts[i];
      if (context != null) {
        context.close();
        contexts[i] = null;
      }
    }
  }

  private static long usedHeap() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
