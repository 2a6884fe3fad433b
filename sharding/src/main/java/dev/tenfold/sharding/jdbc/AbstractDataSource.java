// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.io.PrintWriter;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.ShardingKeyBuilder;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link DataSource} that routing data sources share: what the pools do, they refuse.
 */
abstract class AbstractDataSource implements DataSource {

  /** Returns the name of this data source in messages. */
  abstract String label();

  /**
   * Returns a builder of connections. It takes neither user nor password nor sharding keys: the
   * users are those of the pools.
   *
   * @return the builder; its {@code build} throws an {@link SQLFeatureNotSupportedException} if it
   *     was given any of them
   */
  @Override
  public ConnectionBuilder createConnectionBuilder() throws SQLException {
    return new PlainConnectionBuilder(this);
  }

  /**
   * Not supported: this data source has no shards.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public ShardingKeyBuilder createShardingKeyBuilder() throws SQLException {
    throw new SQLFeatureNotSupportedException(label() + " has no shards", "0A000");
  }

  /**
   * Returns no log writer: none is kept.
   *
   * @return null
   */
  @Override
  public final @Nullable PrintWriter getLogWriter() {
    return null;
  }

  /**
   * Not supported: this data source logs to SLF4J.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public final void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException(label() + " logs to SLF4J, not to a log writer");
  }

  /**
   * Not supported: the pools limit the wait for a connection.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public final void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        label() + " has no login timeout; set the timeouts of its pools");
  }

  /**
   * Returns no login timeout: none is kept.
   *
   * @return 0
   */
  @Override
  public final int getLoginTimeout() {
    return 0;
  }

  /**
   * Not supported: this data source logs to SLF4J.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public final Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException(label() + " logs to SLF4J, not to java.util.logging");
  }

  /**
   * Returns this data source as one of its own types. The pools behind it cannot be unwrapped.
   *
   * @throws SQLException if this data source is not of that type
   */
  @Override
  public final <T> T unwrap(Class<T> iface) throws SQLException {
    if (!iface.isInstance(this)) {
      throw new SQLException(label() + " does not wrap a single " + iface.getName());
    }
    return iface.cast(this);
  }

  @Override
  public final boolean isWrapperFor(Class<?> iface) {
    return iface.isInstance(this);
  }
}
