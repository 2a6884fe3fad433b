// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Checks;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DataSource} over a primary and its replicas. Declared reads go to a replica that is
 * fresh enough, everything else goes to the primary. Inside a {@link ConsistencyScope} a read sees
 * what the scope wrote and read before, from replicas too.
 *
 * <pre>{@code
 * var orders = ReadWriteDataSource.builder("orders")
 *     .primary(primaryPool)
 *     .replica("r1", firstPool).replica("r2", secondPool)
 *     .maxStaleness(Duration.ofSeconds(10))
 *     .build();
 * try (Connection connection = orders.getConnection()) {
 *   connection.setReadOnly(true);                 // declared; SQL is never parsed
 *   ...
 * }
 * }</pre>
 *
 * <p><b>Intent.</b> {@link Connection#setReadOnly} declares it. In a {@link
 * dev.tenfold.core.ReadIntent#REPLICA} scope a connection without a declaration is read-only. In a
 * {@link dev.tenfold.core.ReadIntent#PRIMARY} scope the primary serves everything. The primary also
 * serves SERIALIZABLE, which a standby cannot. A read-only connection only reads on every node.
 *
 * <p><b>Binding.</b> A connection binds one physical connection of one pool at its first use, and
 * keeps it until the connection is closed, or until {@code setReadOnly} changes while no
 * transaction and no statement is open. In a transaction that change is refused with SQLState
 * 25001; with an open statement a replica's connection refuses to become writable (HY010). Settings
 * made before binding are applied at every binding. The auto-commit mode is that of the pools,
 * which must agree, until it is set. A connection that is closed unused touches no pool. Everything
 * else in a session (temporary tables, advisory locks, {@code SET}) stays with the physical
 * connection.
 *
 * <p><b>Guarantees.</b> At binding, a replica serves a read only if it was seen to have replayed
 * everything that the primary had committed {@code maxStaleness} ago or later. A replica of unknown
 * staleness is not used. If no replica is eligible, the primary serves the read, see {@link
 * Builder#onNoReplica}. If the primary is lost, replicas of any staleness serve reads, see {@link
 * Builder#staleReadsWhenPrimaryLost}; scopes keep their promise. No write goes to a server that
 * said last that it is a standby, or that is on a lower timeline than one that was seen: if its
 * role is taken away, writes on open connections are refused too (08006). This is no fence: another
 * process can still write to another server. A commit of unknown outcome is a {@link
 * CommitUnknownException}; a statement in auto-commit mode throws what the driver throws.
 *
 * <p><b>No guarantees.</b> Outside a scope a read may not see an earlier write, and a later
 * connection may see an older state. The staleness bound does not cover the time that a connection
 * is waited for or held.
 *
 * <p><b>Statements</b> return the logical connection from {@code getConnection}. An open {@link
 * dev.tenfold.core.Deadline} limits their query timeout, in whole seconds, rounded up, at least
 * one. Result sets and metadata are those of the pool. After {@code unwrap} the logical connection
 * stays on its node until it is closed.
 *
 * <p>The data source is thread-safe and takes no lock; a connection is confined to one thread at a
 * time. {@code getConnection} allocates the logical connection; the binding of a read reads the
 * clock once. A physical connection is asked once, when it is new, which server it leads to. Where
 * the work is done: {@link ConnectionBinder} binds, {@link Nodes} selects, {@link Members} decides
 * who is the primary, {@link LagProber} probes.
 */
public final class ReadWriteDataSource extends AbstractDataSource implements AutoCloseable {
  private final ReadWriteParts parts;
  private final ReadWriteView connections;

  private ReadWriteDataSource(ReadWriteParts parts) {
    this.parts = parts;
    this.connections = parts.view(false);
  }

  /**
   * Begins a data source.
   *
   * @param name not empty; shown in messages, logs, metrics and thread names
   * @return a builder; a primary and at least one replica or candidate are required
   * @throws IllegalArgumentException if the name is empty
   */
  public static Builder builder(String name) {
    return new Builder(Checks.name("data source", name));
  }

  /**
   * Returns a connection that is not bound to a server. Touches no pool.
   *
   * @return the logical connection
   * @throws SQLException if this data source is closed
   */
  @Override
  public Connection getConnection() throws SQLException {
    return connections.getConnection();
  }

  /**
   * Not supported: the users are those of the pools.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return connections.getConnection(username, password);
  }

  /**
   * Returns a view whose connections only read: for reporting tools, and for frameworks that take a
   * data source of their own for reads. Its connections refuse {@code setReadOnly(false)} (25006).
   *
   * @return the view; usable as long as this data source is
   */
  public DataSource readOnly() {
    return parts.view(true);
  }

  // Scopes.

  /**
   * Opens a scope on this thread, or joins the one that is open.
   *
   * @return the scope, to be closed on this thread
   */
  public ConsistencyScope openScope() {
    return openScope(null);
  }

  /**
   * Opens a scope on this thread that continues another one, or adds the token to the scope that is
   * open.
   *
   * @param token from {@link ConsistencyScope#captureToken}; null if there is none. A text that
   *     cannot be compared counts as written just now
   * @return the scope, to be closed on this thread
   */
  public ConsistencyScope openScope(@Nullable String token) {
    return ReadWriteScope.open(parts.binder, parts.prober, Token.parse(token));
  }

  /** Returns the view of all connections. */
  ReadWriteView view() {
    return connections;
  }

  /**
   * Returns whether replicas are known to have replayed what a token asks for. Does no I/O; if the
   * answer is no, it asks for a round of probes, so that a later call knows more.
   *
   * @param token from {@link ConsistencyScope#captureToken}
   * @param replicas how many of them, at least 1
   * @return false if it is not known, or the token cannot be compared
   * @throws IllegalArgumentException if {@code replicas} is less than 1
   */
  public boolean replayedBy(String token, int replicas) {
    Checks.atLeast(1, "replicas", replicas);
    return parts.replayedBy(Token.parse(Objects.requireNonNull(token, "token")), replicas);
  }

  // Nodes.

  /**
   * Adds a replica. Reads go to it after its first good probe.
   *
   * @param id not that of another node
   * @param dataSource its pool
   * @param options sets the options of the node
   * @throws IllegalArgumentException if the id is taken, an option is refused, or there are 64
   *     nodes
   */
  public void addReplica(String id, DataSource dataSource, Consumer<NodeOptions> options) {
    NodeOptions node = new NodeOptions(parts.nodes.name, id, dataSource);
    options.accept(node);
    parts.add(node);
  }

  /**
   * Removes a replica: no further connection is bound to it. The caller closes the pool when {@code
   * inflight} of the node is 0.
   *
   * @param id of a replica
   * @throws IllegalArgumentException if there is no such replica
   */
  public void removeReplica(String id) {
    parts.remove(id);
  }

  /**
   * Decides that a node is the primary, where two servers claim to be it on one timeline (split
   * brain). Writes are refused until then.
   *
   * @param id of a node that claims to be the primary
   * @throws IllegalArgumentException if there is no such node
   * @throws IllegalStateException if no decision is needed, or the node does not claim to be it
   */
  public void overridePrimary(String id) {
    parts.override(id);
  }

  /**
   * Returns which node a read on this thread would be bound to now, and why not to the others.
   * Follows the rules of a binding, but asks no server and waits for nobody.
   *
   * @return the decision; another thread may get another one
   */
  public RouteDecision explain() {
    return parts.explain(Ambient.get(parts.binder.scopeKey));
  }

  /**
   * Stops the probes and gives back their connections. Open connections stay open, and the caller
   * closes the pools. A second call has no effect.
   */
  @Override
  public void close() {
    parts.close();
  }

  @Override
  String label() {
    return "data source " + parts.nodes.name;
  }

  @Override
  public String toString() {
    return "ReadWriteDataSource[" + parts.nodes.name + ", " + parts.nodes.members().all + "]";
  }

  /** Builds a {@link ReadWriteDataSource}. Not thread-safe. */
  public static final class Builder {
    private static final Duration MAX_DURATION = Duration.ofDays(1);

    private final ReadWriteSettings settings;

    private Builder(String name) {
      this.settings = new ReadWriteSettings(name);
    }

    /**
     * Sets the primary, which serves writes, and reads that no replica can serve. Required. Its id
     * is {@code primary}.
     *
     * @param dataSource its pool
     * @return this builder
     */
    public Builder primary(DataSource dataSource) {
      return primary(dataSource, node -> {});
    }

    /**
     * Sets the primary, with options of the node.
     *
     * @param dataSource its pool
     * @param options sets the options
     * @return this builder
     */
    public Builder primary(DataSource dataSource, Consumer<NodeOptions> options) {
      settings.primary = node(ReadWriteSettings.PRIMARY_ID, dataSource, options);
      return this;
    }

    /**
     * Adds a replica. If it is promoted, it serves neither reads nor writes.
     *
     * @param id not added before; not {@code primary}
     * @param dataSource its pool
     * @return this builder
     * @throws IllegalArgumentException if the id is taken
     */
    public Builder replica(String id, DataSource dataSource) {
      return replica(id, dataSource, node -> {});
    }

    /**
     * Adds a replica.
     *
     * @param id not added before; not {@code primary}
     * @param dataSource its pool
     * @param options sets the options of the node
     * @return this builder
     * @throws IllegalArgumentException if the id is taken, or an option is out of range
     */
    public Builder replica(String id, DataSource dataSource, Consumer<NodeOptions> options) {
      settings.replicas.add(node(free(id), dataSource, options));
      return this;
    }

    /**
     * Adds a replica that takes over the writes if it is promoted. Whoever promotes it decides: of
     * all nodes that may write and say that they are no standby, the one on the highest timeline is
     * the primary.
     *
     * @param id not added before; not {@code primary}
     * @param dataSource its pool
     * @return this builder
     * @throws IllegalArgumentException if the id is taken
     */
    public Builder candidate(String id, DataSource dataSource) {
      return candidate(id, dataSource, node -> {});
    }

    /**
     * Adds a replica that takes over the writes if it is promoted.
     *
     * @param id not added before; not {@code primary}
     * @param dataSource its pool
     * @param options sets the options of the node
     * @return this builder
     * @throws IllegalArgumentException if the id is taken, or an option is out of range
     */
    public Builder candidate(String id, DataSource dataSource, Consumer<NodeOptions> options) {
      settings.candidates.add(node(free(id), dataSource, options));
      return this;
    }

    private NodeOptions node(String id, DataSource dataSource, Consumer<NodeOptions> options) {
      NodeOptions node = new NodeOptions(settings.name, id, dataSource);
      options.accept(node);
      return node;
    }

    private String free(String id) {
      if (settings.isTaken(Objects.requireNonNull(id, "id"))) {
        throw new IllegalArgumentException(optionName("replica id " + id) + " is taken");
      }
      return id;
    }

    /**
     * Sets the greatest staleness of a replica at which a read can be bound to it. Default 10 s. A
     * {@link Staleness} scope can be tighter.
     *
     * @param staleness 10 ms to 1 day
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public Builder maxStaleness(Duration staleness) {
      settings.maxStaleness =
          Checks.range(Duration.ofMillis(10), MAX_DURATION, optionName("maxStaleness"), staleness);
      return this;
    }

    /**
     * Sets the interval of the probes. The result of a probe ages until the next probe, so the
     * interval is part of the staleness. Default: 1 s or a quarter of {@code maxStaleness},
     * whichever is shorter. Scopes that have used the primary ask for further probes.
     *
     * @param interval 1 ms to half of {@code maxStaleness}
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public Builder probeInterval(Duration interval) {
      settings.probeInterval =
          Checks.range(Duration.ofMillis(1), MAX_DURATION, optionName("probeInterval"), interval);
      return this;
    }

    /**
     * Sets the time limit of a probe. Default 1 s. JDBC limits a query in whole seconds, so the
     * limit is rounded up. The driver cancels the query after the rounded limit. If the server does
     * not answer that either, the network timeout of the driver ends the wait half a second later.
     *
     * @param timeout 1 ms to 1 day
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public Builder probeTimeout(Duration timeout) {
      settings.probeTimeout =
          Checks.range(Duration.ofMillis(1), MAX_DURATION, optionName("probeTimeout"), timeout);
      return this;
    }

    /**
     * Sets what becomes of a read for which no replica qualifies. Default {@link
     * NoReplica#PRIMARY}.
     *
     * @param choice the choice
     * @return this builder
     */
    public Builder onNoReplica(NoReplica choice) {
      settings.onNoReplica = Objects.requireNonNull(choice, "choice");
      return this;
    }

    /**
     * Sets the share of the primary's pool for reads for which no replica qualifies. A read beyond
     * the share is refused. Reads of a scope that has written or read something are exempt: only
     * the primary's pool limits them. Default 0.3, at least one connection; no limit if the size of
     * the pool is unknown.
     *
     * @param share 0 to 1
     * @return this builder
     * @throws IllegalArgumentException if the share is out of range
     */
    public Builder fallbackShare(double share) {
      settings.fallbackShare = Checks.ratio(optionName("fallbackShare"), share);
      return this;
    }

    /**
     * Sets whether replicas of unknown staleness serve reads when the primary is lost: when it has
     * not answered two rounds of probes. Default true. Reads with a {@link Staleness} of their own
     * do not get such a replica, and scopes keep their promise.
     *
     * @param allowed whether they do
     * @return this builder
     */
    public Builder staleReadsWhenPrimaryLost(boolean allowed) {
      settings.staleReadsWhenPrimaryLost = allowed;
      return this;
    }

    /**
     * Sets the probe that asks the servers. Default {@link PostgresLagProbe}.
     *
     * @param probe the probe
     * @return this builder
     */
    public Builder lagProbe(LagProbe probe) {
      settings.lagProbe = Objects.requireNonNull(probe, "probe");
      return this;
    }

    /**
     * Sets the executor of the probes. Probes block, so the executor needs one thread per server
     * and two more. The data source does not shut it down. Default: daemon threads of its own.
     *
     * @param executor the executor
     * @return this builder
     */
    public Builder executor(Executor executor) {
      settings.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Sets the clock and the timer. Default {@link TimeSource#system()}.
     *
     * @param time the time source
     * @return this builder
     */
    public Builder timeSource(TimeSource time) {
      settings.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets the generator that selects two of the eligible replicas. Default: bits of the clock.
     *
     * @param random thread-safe
     * @return this builder
     */
    public Builder random(RandomGenerator random) {
      settings.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Sets the receiver of counters, gauges and events. Default {@link Telemetry#none()}.
     *
     * @param telemetry the receiver
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      settings.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the data source and starts the probes. Until the first round has ended, reads go to
     * the primary.
     *
     * @return the data source; close it to stop the probes
     * @throws IllegalArgumentException if there is no primary, or neither replica nor candidate, or
     *     more than 63 of them; if options contradict each other; if a pool is known to have too
     *     few connections, several servers, or another auto-commit mode than the others
     */
    public ReadWriteDataSource build() {
      return new ReadWriteDataSource(ReadWriteParts.start(settings));
    }

    private String optionName(String option) {
      return option + " of data source " + settings.name;
    }
  }
}
