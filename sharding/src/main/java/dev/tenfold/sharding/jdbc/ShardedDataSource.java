// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Checks;
import dev.tenfold.core.StableHash;
import dev.tenfold.core.TimeSource;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
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
  private final ShardScatter scatter;
  private final Ambient.Key<ShardScopes> scopeKey;
  private final @Nullable ShardScopes ofScope;

  private ShardedDataSource(Builder builder) {
    this.strategy = builder.strategy;
    this.shards = builder.shards;
    this.scatter = new ShardScatter(builder.executor, builder.maxParallel, builder.time);
    this.scopeKey = Ambient.key("consistency scope over shards");
    this.ofScope = null;
  }

  /** A view whose connections belong to a scope. */
  private ShardedDataSource(ShardedDataSource source, ShardScopes scope) {
    this.strategy = source.strategy;
    this.shards = source.shards;
    this.scatter = source.scatter;
    this.scopeKey = source.scopeKey;
    this.ofScope = scope;
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
    ShardScopes scopes = ofScope == null ? Ambient.get(scopeKey) : ofScope;
    return scopes == null ? dataSource : scopes.view(shard, dataSource);
  }

  // Scopes.

  /**
   * Opens a scope over all shards on this thread, or joins the one that is open.
   *
   * @return the scope, to be closed on this thread
   */
  public Scope openScope() {
    return openScope(null);
  }

  /**
   * Opens a scope over all shards on this thread that continues another one, or adds the token to
   * the scope that is open. Connections from {@link #forKey} and {@link #scatter} belong to the
   * scope, if the data source of the shard is a {@link ReadWriteDataSource}. If the topology is not
   * that of the token, or changes while the scope is open, everything counts as written just now.
   *
   * @param token from {@link ConsistencyScope#captureToken} of a scope over the same shards; null
   *     if there is none. A text that cannot be compared counts as written just now
   * @return the scope, to be closed on this thread
   */
  public Scope openScope(@Nullable String token) {
    ShardScopes outer = ofScope == null ? Ambient.get(scopeKey) : ofScope;
    ShardScopes scopes = outer == null ? new ShardScopes(strategy, shards) : outer;
    scopes.require(Token.parse(token));
    return new Scope(this, scopes, outer == null ? Ambient.open(scopeKey, scopes) : null);
  }

  /**
   * A scope over the shards of a {@link ShardedDataSource}. A token carries the positions of at
   * most 16 shards; with more it counts as written just now.
   */
  public static final class Scope implements ConsistencyScope {
    private final ShardedDataSource source;
    private final ShardScopes scopes;
    private final Ambient.@Nullable Scope binding;

    private Scope(ShardedDataSource source, ShardScopes scopes, Ambient.@Nullable Scope binding) {
      this.source = source;
      this.scopes = scopes;
      this.binding = binding;
    }

    @Override
    public String captureToken() {
      return scopes.capture().text();
    }

    @Override
    public void wrote() {
      scopes.everythingIsJustNow();
    }

    @Override
    public ShardedDataSource dataSource() {
      return new ShardedDataSource(source, scopes);
    }

    @Override
    public void close() {
      if (binding != null) {
        binding.close();
      }
    }
  }

  // Scatter.

  /**
   * Runs work on the shards of some keys at the same time, and waits for all of them, or until the
   * {@link dev.tenfold.core.Deadline} of this thread ends. The work runs with the context of this
   * thread: its deadline, intent and scopes. Needs {@link Builder#scatter}.
   *
   * @param <K> the type of the keys
   * @param <T> the type of the results
   * @param keys as for {@link #forKey(Object)}; of one topology
   * @param work called once for each shard that owns one of the keys
   * @return one outcome for each of these shards
   * @throws IllegalArgumentException as {@link #forKey(Object)}, before any work begins
   * @throws IllegalStateException if no executor was given to the builder
   */
  public <K, T extends @Nullable Object> ShardOutcomes<T> scatter(
      Collection<? extends K> keys, ShardWork<K, T> work) {
    Map<ShardId, List<K>> groups = new TreeMap<>();
    if (strategy instanceof ShardRouter router) {
      groups.putAll(router.group(keys));
    } else {
      keys.forEach(
          key -> groups.computeIfAbsent(strategy.route(key), id -> new ArrayList<>()).add(key));
    }
    return scatter.run(
        List.copyOf(groups.keySet()),
        shard -> work.run(of(shard), Collections.unmodifiableList(groups.get(shard))));
  }

  /**
   * Runs work on every shard at the same time, as {@link #scatter} does.
   *
   * @param <T> the type of the results
   * @param work called once for each shard, without keys
   * @return one outcome for each shard
   * @throws IllegalStateException if no executor was given to the builder
   */
  public <T extends @Nullable Object> ShardOutcomes<T> scatterAll(ShardWork<Object, T> work) {
    return scatter.run(strategy.shards(), shard -> work.run(of(shard), List.of()));
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
    private @Nullable Executor executor;
    private int maxParallel = 8;
    private TimeSource time = TimeSource.system();

    private Builder(
        ShardStrategy strategy, Function<ShardId, ? extends @Nullable DataSource> shards) {
      this.strategy = strategy;
      this.shards = shards;
    }

    /**
     * Sets where {@link ShardedDataSource#scatter} runs its work, which blocks a thread for each
     * shard. Default: none, and {@code scatter} is refused.
     *
     * @param executor runs the work; not shut down
     * @param maxParallel how many shards are asked at the same time in one call, at least 1
     * @return this builder
     * @throws IllegalArgumentException if {@code maxParallel} is less than 1
     */
    public Builder scatter(Executor executor, int maxParallel) {
      this.executor = Objects.requireNonNull(executor, "executor");
      this.maxParallel = Checks.atLeast(1, "maxParallel", maxParallel);
      return this;
    }

    /**
     * Sets the clock of the wait in {@link ShardedDataSource#scatter}. Default {@link
     * TimeSource#system()}.
     *
     * @param time the time source
     * @return this builder
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Builds the data source.
     *
     * @return the data source; it has no resources, and no {@code close}
     */
    public ShardedDataSource build() {
      return new ShardedDataSource(this);
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
