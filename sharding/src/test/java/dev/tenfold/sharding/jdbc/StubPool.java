// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/**
 * A pool of connections that record their calls, their settings and their closings. A test can make
 * any method fail.
 */
final class StubPool {
  final String name;
  final List<String> calls = new ArrayList<>();
  final Set<String> failures = new HashSet<>();
  final Map<String, Runnable> before = new HashMap<>();
  boolean defaultAutoCommit = true;
  private final Deque<Physical> free = new ArrayDeque<>();
  int borrowed;
  int returned;

  StubPool(String name) {
    this.name = name;
  }

  int inUse() {
    return borrowed - returned;
  }

  /** Makes the next calls of a method fail, on connections, statements and the pool itself. */
  StubPool failing(String method) {
    failures.add(method);
    return this;
  }

  DataSource dataSource() {
    return proxy(
        DataSource.class,
        (self, method, args) -> {
          if (!method.getName().equals("getConnection")) {
            return plain(self, method, args);
          }
          failIfAsked(method);
          borrowed++;
          return lend().connection;
        });
  }

  /** Returns a wrapper of a HikariCP pool that takes its connections from this stub. */
  DataSource withSettings(HikariDataSource hikari) {
    DataSource connections = dataSource();
    return proxy(
        DataSource.class,
        (self, method, args) -> {
          switch (method.getName()) {
            case "getConnection":
              return connections.getConnection();
            case "isWrapperFor":
              return args[0] == HikariDataSource.class;
            case "unwrap":
              return hikari;
            default:
              return plain(self, method, args);
          }
        });
  }

  /** Lends a connection that was returned, as pools do, or opens one. */
  private Physical lend() {
    Physical idle = free.poll();
    Physical lent = idle == null ? new Physical() : idle;
    lent.reset();
    return lent;
  }

  /** Ends all connections, as a crash of the server does. */
  void crash() {
    free.clear();
  }

  private void failIfAsked(Method method) throws SQLException {
    Runnable first = before.get(method.getName());
    if (first != null) {
      first.run();
    }
    if (failures.contains(method.getName())) {
      throw new SQLException(method.getName() + " of " + name + " fails", "08006");
    }
  }

  /** A connection with the state that a caller can set and read back. */
  private final class Physical implements InvocationHandler {
    final Connection connection = proxy(Connection.class, this);
    final Map<String, Object> state = new HashMap<>();
    boolean closed;

    void reset() {
      closed = false;
      state.put("ReadOnly", false);
      state.put("AutoCommit", defaultAutoCommit);
      state.put("TransactionIsolation", Connection.TRANSACTION_READ_COMMITTED);
      state.put("Schema", "public");
      state.put("Catalog", "db");
      state.put("Holdability", 1);
      state.put("NetworkTimeout", 0);
    }

    @Override
    public Object invoke(Object self, Method method, Object[] args) throws Throwable {
      String called = method.getName();
      if (called.equals("close")) {
        if (!closed) {
          closed = true;
          returned++;
          free.add(this);
        }
        failIfAsked(method);
        return null;
      }
      if (called.equals("isClosed")) {
        return closed;
      }
      if (method.getDeclaringClass() != Object.class) {
        calls.add(called + (args == null ? "()" : Arrays.asList(args)));
        failIfAsked(method);
        if (closed) {
          throw new SQLException("closed", "08003");
        }
      }
      if (called.matches("createStatement|prepareStatement|prepareCall")) {
        return statement(method.getReturnType().asSubclass(Statement.class));
      }
      if (called.startsWith("set") && args != null) {
        state.put(called.substring(3), args[args.length - 1]);
      }
      Object kept = state.get(called.replaceFirst("^(get|is)", ""));
      if (kept != null && method.getReturnType() != void.class) {
        return kept;
      }
      if (called.equals("unwrap")) {
        return ((Class<?>) args[0]).cast(args[0] == StubPool.class ? StubPool.this : connection);
      }
      return plain(self, method, args);
    }

    private Object statement(Class<? extends Statement> type) {
      Map<String, Object> settings = new HashMap<>(Map.of("QueryTimeout", 0));
      return proxy(
          type,
          (self, method, args) -> {
            String called = method.getName();
            if (called.equals("getConnection")) {
              return connection;
            }
            if (method.getDeclaringClass() != Object.class) {
              calls.add(called + (args == null ? "()" : Arrays.asList(args)));
              failIfAsked(method);
            }
            if (called.equals("setQueryTimeout")) {
              settings.put("QueryTimeout", args[0]);
            }
            return called.equals("getQueryTimeout")
                ? settings.get("QueryTimeout")
                : plain(self, method, args);
          });
    }
  }

  static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** Returns the default result of a type. */
  static Object plain(Object self, Method method, Object[] args) {
    switch (method.getName()) {
      case "equals":
        return self == args[0];
      case "hashCode":
        return System.identityHashCode(self);
      case "toString":
        return method.getDeclaringClass().getSimpleName();
      case "isValid":
        return true;
      default:
        Class<?> type = method.getReturnType();
        if (type == boolean.class) {
          return false;
        }
        if (type == int.class) {
          return 0;
        }
        return type == long.class ? (Object) 0L : null;
    }
  }
}
