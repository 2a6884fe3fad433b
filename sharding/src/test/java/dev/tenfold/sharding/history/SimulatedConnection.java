// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A connection to a {@link SimulatedServer}. {@code executeUpdate("read 5")} returns the version of
 * register 5, {@code executeUpdate("write 5")} increments it and returns the new version, {@code
 * executeUpdate("standby")} returns 1 on a standby.
 */
final class SimulatedConnection implements InvocationHandler {
  private final SimulatedServer server;
  private final Runnable duringCommit;
  private final Consumer<SimulatedConnection> giveBack;
  private final int life;
  private final Connection connection = SimulatedPool.proxy(Connection.class, this);
  private final Map<Integer, Long> written = new HashMap<>();
  private boolean autoCommit;
  private boolean readOnly;
  private boolean lent;
  private boolean lost; // as far as the driver knows

  SimulatedConnection(
      SimulatedServer server, Runnable duringCommit, Consumer<SimulatedConnection> giveBack) {
    this.server = server;
    this.duringCommit = duringCommit;
    this.giveBack = giveBack;
    this.life = server.life();
  }

  boolean isDead() {
    return life != server.life();
  }

  Connection lend() {
    lent = true;
    autoCommit = true;
    readOnly = false;
    return connection;
  }

  @Override
  public Object invoke(Object self, Method method, Object[] args) throws Throwable {
    switch (method.getName()) {
      case "close":
        close();
        return null;
      case "isClosed":
        return !lent || lost;
      case "getAutoCommit":
        return autoCommit;
      case "isReadOnly":
        return readOnly;
      case "setReadOnly":
        readOnly = (boolean) args[0];
        return null;
      case "setAutoCommit":
        if (!autoCommit && (boolean) args[0]) {
          commit();
        }
        autoCommit = (boolean) args[0];
        return null;
      case "commit":
        commit();
        return null;
      case "rollback":
        rollback();
        return null;
      case "createStatement":
        return SimulatedPool.proxy(Statement.class, this::statement);
      case "unwrap":
        return ((Class<?>) args[0]).cast(args[0] == SimulatedServer.class ? server : connection);
      default:
        return SimulatedPool.plain(self, method, args);
    }
  }

  private void close() {
    if (lent) {
      lent = false;
      rollback();
      giveBack.accept(this);
    }
  }

  private Object statement(Object self, Method method, Object[] args) throws SQLException {
    return switch (method.getName()) {
      case "getConnection" -> connection;
      case "executeUpdate" -> execute((String) args[0]);
      default -> SimulatedPool.plain(self, method, args);
    };
  }

  private int execute(String sql) throws SQLException {
    requireAlive();
    if (sql.equals("standby")) {
      return server.isStandby() ? 1 : 0;
    }
    int register = Integer.parseInt(sql.substring(sql.indexOf(' ') + 1));
    if (sql.startsWith("read")) {
      return (int) server.version(register);
    }
    if (server.isStandby() || readOnly) {
      throw new SQLException("cannot write in a read-only transaction", "25006");
    }
    if (!written.containsKey(register) && !server.locked.add(register)) {
      throw new SQLException("the row is locked", "55P03");
    }
    long version = server.nextVersion(register);
    written.put(register, version);
    if (autoCommit) {
      commit();
    }
    return (int) version;
  }

  private void commit() throws SQLException {
    requireAlive();
    if (!written.isEmpty()) {
      duringCommit.run();
      requireAlive();
      server.commit(written);
    }
    unlock();
  }

  private void rollback() {
    unlock();
  }

  private void unlock() {
    if (!isDead()) {
      server.locked.removeAll(written.keySet());
    }
    written.clear();
  }

  private void requireAlive() throws SQLException {
    if (isDead()) {
      lost = true;
      throw new SQLException("the connection is lost", "08006");
    }
  }
}
