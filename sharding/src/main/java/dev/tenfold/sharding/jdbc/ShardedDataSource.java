// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.ShardStrategy;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLType;
import java.sql.ShardingKey;
import java.sql.ShardingKeyBuilder;
import java.util.Objects;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DataSource} over the data sources of shards, selected by key.
 *
 * <pre>{@code
 * var orders = ShardedDataSource.builder(router, shard -> dataSources.get(shard)).build();
 * try (Connection connection = orders.forKey(userId).getConnection()) { ... }
 *
 * ShardingKey key = orders.createShardingKeyBuilder().subkey(userId, JDBCType.BIGINT).build();
 * try (Connection connection = orders.createConnectionBuilder().shardingKey(key).build()) { ... }
 * }</pre>
 *
 * <p>The second form is that of JDBC 4.3. The Java type of its one subkey decides the hash, as in
 * {@link ShardStrategy#route(Object)}. The {@code SQLType} is ignored, so {@code 42} and {@code
 * "42"} are two keys, whatever type is declared.
 *
 * <p><b>Guarantees.</b> Without a key there is no connection: there is no default shard. The key is
 * routed once, in {@code forKey} or when the connection is built, and the connection stays on its
 * shard.
 *
 * <p><b>No guarantees.</b> The data source has no transactions across shards, and does not notice
 * that rows are on another shard than the topology says.
 *
 * <p>Thread-safe if the function is; the builders are not thread-safe. {@code forKey} calls the
 * strategy and the function and does nothing else: no I/O, no allocation.
 */
public final class ShardedDataSource extends AbstractDataSource {
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
   * @param strategy routes keys: a {@link ShardRouter}, {@link dev.tenfold.sharding.HotKeys} that
   *     observe a router, or any other strategy
   * @param shards returns the data source of a shard, or null if the shard has none; called at
   *     every look-up, so it must not block
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
   * @return the result of the function for the shard
   * @throws IllegalStateException if the shard has no data source
   */
  public DataSource forKey(long key) {
    return of(strategy.route(key));
  }

  /**
   * Returns the data source of a key's shard.
   *
   * @param key an integer, text, {@code byte[]} or UUID, as far as the strategy takes these types
   * @return the result of the function for the shard
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key has no stable hash, or the strategy has no shard
   *     for it
   * @throws IllegalStateException if the shard has no data source
   */
  public DataSource forKey(Object key) {
    return of(strategy.route(key));
  }

  private DataSource of(ShardId shard) {
    DataSource dataSource = shards.apply(shard);
    if (dataSource == null) {
      throw new IllegalStateException(
          "shard " + shard + " has no data source: the function returned null for this ShardId");
    }
    return dataSource;
  }

  /**
   * Returns a builder of keys for {@link #createConnectionBuilder}. A key has exactly one subkey.
   *
   * @return the builder; its {@code build} throws an {@link SQLException} if there is not exactly
   *     one subkey, or the subkey has no stable hash
   */
  @Override
  public ShardingKeyBuilder createShardingKeyBuilder() {
    return new KeyBuilder();
  }

  /**
   * Returns a builder of connections. Its {@code shardingKey} is required and must come from {@link
   * #createShardingKeyBuilder}; {@code user}, {@code password} and {@code superShardingKey} must be
   * absent or null.
   *
   * @return the builder; its {@code build} throws an {@link SQLException} otherwise, and if the
   *     shard has no data source
   */
  @Override
  public ConnectionBuilder createConnectionBuilder() {
    return new KeyedConnectionBuilder();
  }

  /**
   * Not supported: a connection needs a key.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Connection getConnection() throws SQLException {
    throw new SQLFeatureNotSupportedException(KEY_NEEDED, "0A000");
  }

  /**
   * Not supported: a connection needs a key.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(KEY_NEEDED, "0A000");
  }

  @Override
  String label() {
    return "a sharded data source";
  }

  @Override
  public String toString() {
    return "ShardedDataSource[" + strategy + "]";
  }

  /** Builds a {@link ShardedDataSource}. Not thread-safe. */
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
     * @return the data source; it has no resources, and no {@code close}
     */
    public ShardedDataSource build() {
      return new ShardedDataSource(strategy, shards);
    }
  }

  /** The sharding key of JDBC 4.3. */
  private record SingleKey(Object value) implements ShardingKey {}

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
        throw new SQLException(
            "number of subkeys of the sharding key is " + subkeys + "; it must be 1");
      }
      try {
        var unused = StableHash.hash(value);
      } catch (IllegalArgumentException unstable) {
        throw new SQLException(unstable.getMessage(), unstable);
      }
      return new SingleKey(value);
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
      if (!(key instanceof SingleKey own)) {
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
