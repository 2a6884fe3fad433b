// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.ShardStrategy;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLType;
import java.sql.ShardingKey;
import java.sql.ShardingKeyBuilder;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One {@link DataSource} per shard, found by key. Without a key there is no connection: nothing
 * here falls back to a default shard.
 *
 * <pre>{@code
 * var orders = ShardedDataSource.builder(router, shard -> dataSources.get(shard)).build();
 * try (Connection connection = orders.forKey(userId).getConnection()) { ... }
 *
 * ShardingKey key = orders.createShardingKeyBuilder().subkey(userId, JDBCType.BIGINT).build();
 * try (Connection connection = orders.createConnectionBuilder().shardingKey(key).build()) { ... }
 * }</pre>
 *
 * <p>The second form is JDBC 4.3's. The Java type of the one subkey decides its hash, as in {@link
 * ShardStrategy#route(Object)}; the {@code SQLType} beside it is not looked at, so {@code 42} and
 * {@code "42"} are two keys whatever type is declared.
 *
 * <p>The key is routed when it is given ({@code forKey}) or when the connection is built, and not
 * again: a connection stays on its shard.
 *
 * <p>Thread-safe as far as the function is; the builders are not. {@code forKey} does what the
 * strategy and the function do, and nothing else: no I/O, no allocation.
 */
public final class ShardedDataSource implements DataSource {
  private static final String KEY_NEEDED =
      "a sharded data source needs a key: forKey(key).getConnection(), or"
          + " createConnectionBuilder().shardingKey(key).build()";

  private final ShardStrategy strategy;
  private final Function<ShardId, ? extends @Nullable DataSource> shards;

  private ShardedDataSource(
      ShardStrategy strategy, Function<ShardId, ? extends @Nullable DataSource> shards) {
    this.strategy = strategy;
    this.shards = shards;
  }

  /**
   * Begins a sharded data source.
   *
   * @param strategy finds the shard of a key: a {@link ShardRouter}, {@link
   *     dev.tenfold.sharding.HotKeys} that observe one, or any other
   * @param shards finds the data source of a shard, null if it has none; called at every lookup, so
   *     it answers from memory
   * @return a builder
   */
  public static Builder builder(
      ShardStrategy strategy, Function<ShardId, ? extends @Nullable DataSource> shards) {
    return new Builder(
        Objects.requireNonNull(strategy, "strategy"), Objects.requireNonNull(shards, "shards"));
  }

  /**
   * Returns the data source of a key's shard.
   *
   * @param key any value
   * @return what the function answers for the shard
   * @throws IllegalStateException if the shard has no data source
   */
  public DataSource forKey(long key) {
    return of(strategy.route(key));
  }

  /**
   * Returns the data source of a key's shard.
   *
   * @param key not null
   * @return what the function answers for the shard
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if half a surrogate in it stands alone: it has no UTF-8, or
   *     the strategy has no shard for it
   * @throws IllegalStateException if the shard has no data source
   */
  public DataSource forKey(CharSequence key) {
    return of(strategy.route(key));
  }

  /**
   * Returns the data source of a key's shard.
   *
   * @param key not null
   * @return what the function answers for the shard
   * @throws NullPointerException if the key is null
   * @throws IllegalStateException if the shard has no data source
   */
  public DataSource forKey(byte[] key) {
    return of(strategy.route(key));
  }

  /**
   * Returns the data source of a key's shard.
   *
   * @param key not null
   * @return what the function answers for the shard
   * @throws NullPointerException if the key is null
   * @throws IllegalStateException if the shard has no data source
   */
  public DataSource forKey(UUID key) {
    return of(strategy.route(key));
  }

  /**
   * Returns the data source of a key's shard.
   *
   * @param key of a type with a stable hash
   * @return what the function answers for the shard
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if it has no stable hash, or the strategy has no shard for it
   * @throws IllegalStateException if the shard has no data source
   */
  public DataSource forKey(Object key) {
    return of(strategy.route(key));
  }

  private DataSource of(ShardId shard) {
    DataSource dataSource = shards.apply(shard);
    if (dataSource == null) {
      throw new IllegalStateException(
          "shard " + shard + " has no data source: the function answered null for this ShardId");
    }
    return dataSource;
  }

  /**
   * Returns a builder of keys for {@link #createConnectionBuilder}. It takes exactly one subkey.
   *
   * @return the builder; {@code build} throws an {@link SQLException} if there is not exactly one
   *     subkey or keys of its type have no stable hash
   */
  @Override
  public ShardingKeyBuilder createShardingKeyBuilder() {
    return new KeyBuilder();
  }

  /**
   * Returns a builder of connections. It needs a {@code shardingKey} built by a ShardedDataSource;
   * {@code user}, {@code password} and {@code superShardingKey} may be absent or null only.
   *
   * @return the builder; {@code build} throws an {@link SQLException} otherwise, and if the shard
   *     has no data source
   */
  @Override
  public ConnectionBuilder createConnectionBuilder() {
    return new KeyedConnectionBuilder();
  }

  /**
   * Refuses: without a key there is no shard.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Connection getConnection() throws SQLException {
    throw new SQLFeatureNotSupportedException(KEY_NEEDED, "0A000");
  }

  /**
   * Refuses: without a key there is no shard.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(KEY_NEEDED, "0A000");
  }

  /**
   * Not kept.
   *
   * @return null
   */
  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  /**
   * Not supported.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException("nothing is logged here");
  }

  /**
   * Not supported: the shards' data sources know how long to wait.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException("set the timeout of the shards' data sources");
  }

  /**
   * Not kept.
   *
   * @return 0
   */
  @Override
  public int getLoginTimeout() {
    return 0;
  }

  /**
   * Not supported.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("nothing is logged here");
  }

  @Override
  public <T> T unwrap(Class<T> iface) throws SQLException {
    if (!iface.isInstance(this)) {
      throw new SQLException("a sharded data source wraps no single " + iface.getName());
    }
    return iface.cast(this);
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) {
    return iface.isInstance(this);
  }

  @Override
  public String toString() {
    return "ShardedDataSource[" + strategy + "]";
  }

  /** Builds a {@link ShardedDataSource}. It has no options yet. */
  public static final class Builder {
    private final ShardStrategy strategy;
    private final Function<ShardId, ? extends @Nullable DataSource> shards;

    private Builder(
        ShardStrategy strategy, Function<ShardId, ? extends @Nullable DataSource> shards) {
      this.strategy = strategy;
      this.shards = shards;
    }

    /**
     * Builds the data source.
     *
     * @return the data source; it owns nothing and needs no closing
     */
    public ShardedDataSource build() {
      return new ShardedDataSource(strategy, shards);
    }
  }

  /** A key of JDBC 4.3. */
  private record CanonicalKey(Object value) implements ShardingKey {}

  private static final class KeyBuilder implements ShardingKeyBuilder {
    private @Nullable Object value;
    private int subkeys;

    @Override
    public ShardingKeyBuilder subkey(Object subkey, SQLType subkeyType) {
      value = Objects.requireNonNull(subkey, "subkey");
      subkeys++;
      return this;
    }

    @Override
    public ShardingKey build() throws SQLException {
      if (value == null || subkeys != 1) {
        throw new SQLException("a sharding key has one subkey here, not " + subkeys);
      }
      try {
        var unused = StableHash.hash(value);
      } catch (IllegalArgumentException unstable) {
        throw new SQLException(unstable.getMessage(), unstable);
      }
      return new CanonicalKey(value);
    }
  }

  private final class KeyedConnectionBuilder implements ConnectionBuilder {
    private @Nullable String user;
    private @Nullable String password;
    private @Nullable ShardingKey key;
    private @Nullable ShardingKey superKey;

    @Override
    public ConnectionBuilder user(@Nullable String username) {
      this.user = username;
      return this;
    }

    @Override
    public ConnectionBuilder password(@Nullable String secret) {
      this.password = secret;
      return this;
    }

    @Override
    public ConnectionBuilder shardingKey(@Nullable ShardingKey shardingKey) {
      this.key = shardingKey;
      return this;
    }

    @Override
    public ConnectionBuilder superShardingKey(@Nullable ShardingKey superShardingKey) {
      this.superKey = superShardingKey;
      return this;
    }

    @Override
    public Connection build() throws SQLException {
      if (user != null || password != null || superKey != null) {
        throw new SQLFeatureNotSupportedException(
            "a sharded data source takes no user, password or super sharding key", "0A000");
      }
      if (key == null) {
        throw new SQLException(KEY_NEEDED);
      }
      if (!(key instanceof CanonicalKey own)) {
        throw new SQLException(
            "the sharding key is a "
                + key.getClass().getName()
                + "; build it with createShardingKeyBuilder()");
      }
      DataSource shard;
      try {
        shard = forKey(own.value());
      } catch (IllegalArgumentException | IllegalStateException refused) {
        throw new SQLException(refused.getMessage(), refused);
      }
      return shard.getConnection();
    }
  }
}
