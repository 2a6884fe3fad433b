// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The session settings that the caller of a logical connection made, and that are applied to every
 * physical connection it binds. Null means that the caller made no setting, and that of the pool
 * applies.
 */
final class SessionState {
  @Nullable Integer isolation;
  @Nullable Integer holdability;
  @Nullable String schema;
  @Nullable String catalog;
  @Nullable Map<String, Class<?>> typeMap;
  private @Nullable Properties allClientInfo;
  private @Nullable Map<String, @Nullable String>
      clientInfo; // set after allClientInfo; null clears
  private @Nullable Executor networkExecutor;
  @Nullable Integer networkTimeoutMillis;

  void networkTimeout(Executor executor, int millis) {
    networkExecutor = executor;
    networkTimeoutMillis = millis;
  }

  void clientInfo(String name, @Nullable String value) {
    Map<String, @Nullable String> info = clientInfo == null ? new LinkedHashMap<>() : clientInfo;
    clientInfo = info;
    info.put(name, value);
  }

  void clientInfo(Properties properties) {
    Properties copy = new Properties();
    properties.stringPropertyNames().forEach(n -> copy.setProperty(n, properties.getProperty(n)));
    allClientInfo = copy;
    clientInfo = null;
  }

  /**
   * Applies the settings. The connection is in auto-commit mode: no setting begins a transaction.
   */
  void applyTo(Connection connection) throws SQLException {
    if (networkTimeoutMillis != null) {
      connection.setNetworkTimeout(networkExecutor, networkTimeoutMillis);
    }
    if (isolation != null) {
      connection.setTransactionIsolation(isolation);
    }
    if (catalog != null) {
      connection.setCatalog(catalog);
    }
    if (schema != null) {
      connection.setSchema(schema);
    }
    if (holdability != null) {
      connection.setHoldability(holdability);
    }
    if (typeMap != null) {
      connection.setTypeMap(typeMap);
    }
    if (allClientInfo != null) {
      connection.setClientInfo(allClientInfo);
    }
    if (clientInfo != null) {
      for (Map.Entry<String, @Nullable String> info : clientInfo.entrySet()) {
        connection.setClientInfo(info.getKey(), info.getValue());
      }
    }
  }
}
