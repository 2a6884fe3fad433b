// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.ShardingKey;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The connection builder of JDBC 4.3 for a data source without users and shards of its own. */
final class PlainConnectionBuilder implements ConnectionBuilder {
  private final DataSource source;
  private @Nullable Object refused; // anything that was set

  PlainConnectionBuilder(DataSource source) {
    this.source = source;
  }

  private PlainConnectionBuilder refuse(@Nullable Object value) {
    refused = value == null ? refused : value;
    return this;
  }

  @Override
  public ConnectionBuilder user(@Nullable String username) {
    return refuse(username);
  }

  @Override
  public ConnectionBuilder password(@Nullable String secret) {
    return refuse(secret);
  }

  @Override
  public ConnectionBuilder shardingKey(@Nullable ShardingKey shardingKey) {
    return refuse(shardingKey);
  }

  @Override
  public ConnectionBuilder superShardingKey(@Nullable ShardingKey superShardingKey) {
    return refuse(superShardingKey);
  }

  @Override
  public Connection build() throws SQLException {
    if (refused != null) {
      throw new SQLFeatureNotSupportedException(
          source + " takes no user, password or sharding key", "0A000");
    }
    return source.getConnection();
  }
}
