// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * What pgjdbc tells beyond JDBC. The driver is reached by name: without its classes, and for
 * connections of other drivers, every answer is "no".
 */
final class PostgresDriver {
  private static final @Nullable Class<?> CONNECTION = connectionType();
  private static final @Nullable MethodHandle BACKEND_PID = backendPid();

  private PostgresDriver() {}

  private static @Nullable Class<?> connectionType() {
    try {
      ClassLoader loader = PostgresDriver.class.getClassLoader();
      return Class.forName("org.postgresql.PGConnection", false, loader);
    } catch (ClassNotFoundException | LinkageError absent) {
      return null;
    }
  }

  private static @Nullable MethodHandle backendPid() {
    Class<?> type = CONNECTION;
    try {
      return type == null
          ? null
          : MethodHandles.publicLookup()
              .findVirtual(type, "getBackendPID", MethodType.methodType(int.class));
    } catch (ReflectiveOperationException older) {
      return null;
    }
  }

  /** Returns whether a connection is of this driver. */
  static boolean isPostgres(Connection connection) throws SQLException {
    return CONNECTION != null && connection.isWrapperFor(CONNECTION);
  }

  /**
   * Returns the object that stays the same when a pool lends a connection again: that of the
   * driver, or what the pool unwraps to.
   */
  static Object physical(Connection borrowed) {
    try {
      return CONNECTION != null && borrowed.isWrapperFor(CONNECTION)
          ? borrowed.unwrap(CONNECTION)
          : borrowed.unwrap(Connection.class);
    } catch (SQLException | RuntimeException notAWrapper) {
      return borrowed;
    }
  }

  /** Makes the session read-only on the server, or lets it write again. One round trip. */
  static void readOnly(Connection connection, boolean on) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET SESSION CHARACTERISTICS AS TRANSACTION READ " + (on ? "ONLY" : "WRITE"));
    }
  }

  /**
   * Returns whether the backend that the driver was connected to is another one than that which
   * answered: then a pooler shares the connections of the server.
   */
  static boolean isPooled(Connection connection, int answeringBackend) throws SQLException {
    Class<?> type = CONNECTION;
    MethodHandle backendPid = BACKEND_PID;
    if (type == null || backendPid == null || !connection.isWrapperFor(type)) {
      return false;
    }
    try {
      return (int) backendPid.invoke(connection.unwrap(type)) != answeringBackend;
    } catch (SQLException | RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new SQLException(impossible);
    }
  }
}
