// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;

/**
 * A pool of connections to a {@link SimulatedServer}. As HikariCP does, it can lend a connection
 * that is dead already. Confined to one thread.
 */
final class SimulatedPool {
  private final SimulatedServer server;
  private final RandomGenerator random;
  private final Runnable duringCommit;
  private final Deque<SimulatedConnection> free = new ArrayDeque<>();

  SimulatedPool(SimulatedServer server, RandomGenerator random, Runnable duringCommit) {
    this.server = server;
    this.random = random;
    this.duringCommit = duringCommit;
  }

  DataSource dataSource() {
    return proxy(
        DataSource.class,
        (self, method, args) ->
            method.getName().equals("getConnection") ? lend() : plain(self, method, args));
  }

  private Connection lend() throws SQLException {
    SimulatedConnection idle = free.poll();
    while (idle != null && idle.isDead() && random.nextBoolean()) {
      idle = free.poll();
    }
    if (idle == null && !server.isAlive()) {
      throw new SQLException("connection refused", "08001");
    }
    SimulatedConnection lent =
        idle == null ? new SimulatedConnection(server, duringCommit, free::addLast) : idle;
    return lent.lend();
  }

  static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** Returns the result of a method that is not simulated. */
  static Object plain(Object self, Method method, Object[] args) {
    return switch (method.getName()) {
      case "equals" -> self == args[0];
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> method.getDeclaringClass().getSimpleName();
      case "isWrapperFor" -> false;
      default -> {
        Class<?> type = method.getReturnType();
        yield type == boolean.class ? (Object) false : type == int.class ? (Object) 0 : null;
      }
    };
  }
}
