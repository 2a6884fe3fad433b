// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The session settings of a logical connection: each is applied to the physical connection, if one
 * is bound, and kept in a {@link SessionState} for the physical connections that are bound later.
 */
abstract class SessionConnection extends DelegatingConnection {
  /** The settings to apply to the next physical connection; null if there are none. */
  @Nullable SessionState session;

  /** Notes that the physical connection executes something, which can begin a transaction. */
  abstract void noteUse() throws SQLException;

  /** Returns whether the next physical connection will be SERIALIZABLE. */
  final boolean isSerializable(boolean byDefault) {
    SessionState kept = session;
    Integer level = kept == null ? null : kept.isolation;
    return level == null ? byDefault : level == TRANSACTION_SERIALIZABLE;
  }

  private SessionState state() {
    SessionState kept = session;
    if (kept == null) {
      kept = new SessionState();
      session = kept;
    }
    return kept;
  }

  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      connection.setTransactionIsolation(level);
    }
    state().isolation = level;
  }

  @Override
  public int getTransactionIsolation() throws SQLException {
    Integer kept = session == null ? null : session.isolation;
    return bound() == null && kept != null ? kept : use().getTransactionIsolation();
  }

  @Override
  public void setHoldability(int holdability) throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      connection.setHoldability(holdability);
    }
    state().holdability = holdability;
  }

  @Override
  public int getHoldability() throws SQLException {
    Integer kept = session == null ? null : session.holdability;
    return bound() == null && kept != null ? kept : use().getHoldability();
  }

  @Override
  public void setCatalog(String catalog) throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      connection.setCatalog(catalog);
    }
    state().catalog = catalog;
  }

  @Override
  public String getCatalog() throws SQLException {
    String kept = session == null ? null : session.catalog;
    return bound() == null && kept != null ? kept : use().getCatalog();
  }

  @Override
  public void setSchema(String schema) throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      noteUse();
      connection.setSchema(schema);
    }
    state().schema = schema;
  }

  @Override
  public String getSchema() throws SQLException {
    String kept = session == null ? null : session.schema;
    return bound() == null && kept != null ? kept : use().getSchema();
  }

  @Override
  public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      connection.setTypeMap(map);
    }
    state().typeMap = map;
  }

  @Override
  public Map<String, Class<?>> getTypeMap() throws SQLException {
    Map<String, Class<?>> kept = session == null ? null : session.typeMap;
    return bound() == null && kept != null ? kept : use().getTypeMap();
  }

  @Override
  public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
    Connection connection = bound();
    if (connection != null) {
      connection.setNetworkTimeout(executor, milliseconds);
    }
    state().networkTimeout(executor, milliseconds);
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    Integer kept = session == null ? null : session.networkTimeoutMillis;
    return bound() == null && kept != null ? kept : use().getNetworkTimeout();
  }

  @Override
  public void setClientInfo(String name, String value) throws SQLClientInfoException {
    Connection connection = boundForClientInfo();
    if (connection != null) {
      connection.setClientInfo(name, value);
    }
    state().clientInfo(name, value);
  }

  @Override
  public void setClientInfo(Properties properties) throws SQLClientInfoException {
    Connection connection = boundForClientInfo();
    if (connection != null) {
      connection.setClientInfo(properties);
    }
    state().clientInfo(properties);
  }

  private @Nullable Connection boundForClientInfo() throws SQLClientInfoException {
    try {
      return bound();
    } catch (SQLException closed) {
      throw new SQLClientInfoException(closed.getMessage(), closed.getSQLState(), Map.of(), closed);
    }
  }

  @Override
  public String getClientInfo(String name) throws SQLException {
    return use().getClientInfo(name);
  }

  @Override
  public Properties getClientInfo() throws SQLException {
    return use().getClientInfo();
  }
}
