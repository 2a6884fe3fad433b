// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DataSource} over a primary and its replicas: what is declared a read goes to a replica
 * that is fresh enough, everything else to the primary.
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
 * dev.tenfold.core.ReadIntent#REPLICA} scope a connection that was told neither counts as
 * read-only, and is. In a {@link dev.tenfold.core.ReadIntent#PRIMARY} scope the primary serves
 * everything; a connection stays as read-only as it was declared. The scope counts at the moment of
 * binding.
 *
 * <p><b>Binding.</b> A connection takes one physical connection from one pool when something first
 * needs it, and keeps it until it is closed, or until {@code setReadOnly} changes while no
 * transaction and no statement is open. In a transaction that change is refused with SQLState
 * 25001. A statement is open until its {@code close} is called. With a statement still open, a
 * connection on the primary stays there and one on a replica refuses to become writable. What is
 * set before binding (auto-commit, isolation, schema, ...) is kept and applied at binding and at
 * every later one; what the pool resets when it gets its connection back is up to the pool
 * (HikariCP does not reset client info, nor a schema it was not configured with). A new connection
 * is in auto-commit mode, whatever the pool's default. A connection closed unused touches no pool.
 * Anything else that lives in a session (temporary tables, advisory locks, {@code SET}) stays with
 * the physical connection.
 *
 * <p><b>Freshness.</b> At binding, a replica is used only if it was seen to have replayed
 * everything that the primary had committed {@code maxStaleness} ago or later. A replica whose lag
 * is unknown is not used: before its first probe, after a failed one, in another history, too far
 * behind, or once its last good probe is too old. If no replica can be used the primary serves the
 * read, and if connecting to a replica fails, that replica is put aside until its next good probe
 * and the primary serves the read. Not promised: that a read sees an earlier write, or never goes
 * back in time between two connections; that the bound holds for a server that restarted since its
 * last probe or for the time a connection is waited for or held; that a primary is spared the reads
 * of its replicas when it is lost, or when its pool is exhausted for longer than {@code
 * maxStaleness}: without positions of the primary nobody's lag is known.
 *
 * <p><b>Statements</b> answer the logical connection from {@code getConnection}, and their query
 * timeout is clipped by an open {@link dev.tenfold.core.Deadline} in whole seconds, rounded up, at
 * least one. Result sets and metadata are the pool's own, and so is what they point back to. After
 * {@code unwrap} reached the pool's connection, the connection stays where it is until closed.
 *
 * <p>The data source is thread-safe, takes no lock and does no I/O of its own; connections are
 * confined to one thread at a time. {@code getConnection} allocates the logical connection; binding
 * a read reads the clock once. Probes borrow one connection at a time from each pool.
 */
public final class ReadWriteDataSource implements DataSource, AutoCloseable {
  private final Nodes nodes;
  private final LagMonitor monitor;
  private final @Nullable ExecutorService ownExecutor;
  private final List<Registration> registrations = new ArrayList<>();

  private ReadWriteDataSource(Builder builder, DataSource primary) {
    TimeSource time = builder.time;
    Node primaryNode = new Node("primary", primary, false, 1);
    List<Node> replicas = new ArrayList<>();
    builder.replicas.forEach((id, r) -> replicas.add(new Node(id, r.dataSource, true, r.weight)));
    this.nodes =
        new Nodes(
            builder.name,
            primaryNode,
            replicas,
            builder.maxStaleness.toNanos(),
            time,
            builder.random == null ? new Random(time.nanoTime()) : builder.random);
    this.ownExecutor = builder.executor == null ? probers(builder.name, replicas.size() + 2) : null;
    this.monitor =
        new LagMonitor(
            nodes,
            builder.lagProbe,
            time,
            builder.interval().toNanos(),
            (int) Math.max(1, builder.probeTimeout.plusNanos(999_999_999).toSeconds()),
            builder.executor == null ? Objects.requireNonNull(ownExecutor) : builder.executor,
            builder.telemetry);
    try {
      register(builder.telemetry);
      monitor.start();
    } catch (RuntimeException | Error refused) {
      close();
      throw refused;
    }
  }

  /** As many threads as can hang: one round in the primary, the next one, and each replica's. */
  private static ExecutorService probers(String name, int most) {
    return new ThreadPoolExecutor(
        0,
        most,
        30,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "tenfold-lag-" + name);
          thread.setDaemon(true);
          return thread;
        });
  }

  private void register(Telemetry telemetry) {
    Tags tags = Tags.of("datasource", nodes.name);
    registrations.add(telemetry.counter("tenfold.sharding.fallbacks", tags, nodes.fallbacks::sum));
    registerNode(telemetry, tags, nodes.primary);
    for (Node replica : nodes.replicas) {
      registerNode(telemetry, tags, replica);
      registrations.add(
          telemetry.gauge(
              "tenfold.sharding.staleness.seconds",
              tags.and("node", replica.id),
              () -> {
                long nanos = replica.stalenessNanos(nodes.nowNanos());
                return nanos < 0 ? Double.NaN : nanos / 1e9;
              }));
    }
  }

  private void registerNode(Telemetry telemetry, Tags datasource, Node node) {
    Tags tags = datasource.and("node", node.id);
    registrations.add(telemetry.counter("tenfold.sharding.bindings", tags, node::bound));
    registrations.add(telemetry.gauge("tenfold.sharding.inflight", tags, node::inFlight));
    registrations.add(
        telemetry.counter("tenfold.sharding.probe.failures", tags, node.probeFailures::sum));
  }

  /**
   * Begins a data source.
   *
   * @param name shown in messages, logs, metrics and thread names
   * @return a builder; it needs a primary and at least one replica
   */
  public static Builder builder(String name) {
    return new Builder(Objects.requireNonNull(name, "name"));
  }

  /**
   * Returns a connection that is not bound to a server yet. Touches no pool.
   *
   * @return the logical connection
   * @throws SQLException if this data source is closed
   */
  @Override
  public Connection getConnection() throws SQLException {
    if (nodes.closed()) {
      throw new SQLNonTransientConnectionException(
          "data source " + nodes.name + " is closed", "08003");
    }
    monitor.resume();
    return new RoutedConnection(nodes);
  }

  /**
   * Not supported: the pools know their users.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "data source " + nodes.name + " connects as the users of its pools");
  }

  /**
   * Stops the probing. Connections that are open go on; the pools are the caller's to close.
   * Closing twice is harmless.
   */
  @Override
  public void close() {
    nodes.close();
    monitor.stop();
    registrations.forEach(Registration::close);
    if (ownExecutor != null) {
      ownExecutor.shutdown();
    }
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
    throw new SQLFeatureNotSupportedException("logs go to slf4j");
  }

  /**
   * Not supported: the pools know how long to wait.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException("set the timeout of the pools");
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
    throw new SQLFeatureNotSupportedException("logs go to slf4j");
  }

  @Override
  public <T> T unwrap(Class<T> iface) throws SQLException {
    if (!iface.isInstance(this)) {
      throw new SQLException("data source " + nodes.name + " wraps no single " + iface.getName());
    }
    return iface.cast(this);
  }

  @Override
  public boolean isWrapperFor(Class<?> iface) {
    return iface.isInstance(this);
  }

  @Override
  public String toString() {
    return "ReadWriteDataSource[" + nodes.name + ", replicas " + nodes.replicas + "]";
  }

  private record Replica(DataSource dataSource, int weight) {}

  /** Collects the servers and the bounds of a {@link ReadWriteDataSource}. Not thread-safe. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MAX_WEIGHT = 1_000_000;

    private final String name;
    private final Map<String, Replica> replicas = new LinkedHashMap<>();
    private @Nullable DataSource primary;
    private Duration maxStaleness = Duration.ofSeconds(10);
    private @Nullable Duration probeInterval;
    private Duration probeTimeout = Duration.ofSeconds(1);
    private LagProbe lagProbe = new PostgresLagProbe();
    private @Nullable Executor executor;
    private TimeSource time = TimeSource.system();
    private @Nullable RandomGenerator random;
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Sets the server that takes writes, and reads that no replica can serve. Required.
     *
     * @param dataSource a pool, with one connection to spare for the probes
     * @return this builder
     */
    public Builder primary(DataSource dataSource) {
      this.primary = Objects.requireNonNull(dataSource, "dataSource");
      return this;
    }

    /**
     * Adds a replica of weight 1.
     *
     * @param id not added before; {@code primary} is taken
     * @param dataSource a pool, with one connection to spare for the probes
     * @return this builder
     * @throws IllegalArgumentException if the id is taken
     */
    public Builder replica(String id, DataSource dataSource) {
      return replica(id, dataSource, 1);
    }

    /**
     * Adds a replica. Of two eligible replicas drawn at random, the one with fewer connections in
     * use for its weight is chosen.
     *
     * @param id not added before; {@code primary} is taken
     * @param dataSource a pool, with one connection to spare for the probes
     * @param weight 1 to 1,000,000: how many connections it bears beside the others
     * @return this builder
     * @throws IllegalArgumentException if the id is taken or the weight is out of range
     */
    public Builder replica(String id, DataSource dataSource, int weight) {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(dataSource, "dataSource");
      if (weight < 1 || weight > MAX_WEIGHT) {
        throw new IllegalArgumentException(
            "weight " + weight + " of replica " + id + " is not from 1 to " + MAX_WEIGHT);
      }
      if (id.equals("primary") || replicas.containsKey(id)) {
        throw new IllegalArgumentException("replica id " + id + " is taken");
      }
      replicas.put(id, new Replica(dataSource, weight));
      return this;
    }

    /**
     * Sets how old what a replica shows may be at most when a read is bound to it.
     *
     * @param duration 10 ms to 1 day; 10 s by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder maxStaleness(Duration duration) {
      this.maxStaleness = inRange("maxStaleness", duration, Duration.ofMillis(10));
      return this;
    }

    /**
     * Sets how often positions are probed. What a probe finds is up to one interval old until the
     * next, so the interval is part of the staleness.
     *
     * @param duration 1 ms to half of {@code maxStaleness}; by default 1 s or a quarter of {@code
     *     maxStaleness}, whichever is shorter
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder probeInterval(Duration duration) {
      this.probeInterval = inRange("probeInterval", duration, Duration.ofMillis(1));
      return this;
    }

    /**
     * Sets how long one probe's query may take; the connection is cut half a second later. Waiting
     * for a connection is bounded by the pool. A probe that hangs makes its node stale, no other.
     *
     * @param duration 1 ms to 1 day, rounded up to seconds; 1 s by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder probeTimeout(Duration duration) {
      this.probeTimeout = inRange("probeTimeout", duration, Duration.ofMillis(1));
      return this;
    }

    /**
     * Sets who asks the servers for their positions.
     *
     * @param probe {@link PostgresLagProbe} by default
     * @return this builder
     */
    public Builder lagProbe(LagProbe probe) {
      this.lagProbe = Objects.requireNonNull(probe, "probe");
      return this;
    }

    /**
     * Sets what runs the probes. They block, so the executor needs one thread per server and one
     * more; it is not shut down.
     *
     * @param probes by default up to that many daemon threads of its own
     * @return this builder
     */
    public Builder executor(Executor probes) {
      this.executor = Objects.requireNonNull(probes, "probes");
      return this;
    }

    /**
     * Sets the clock and timer.
     *
     * @param source {@link TimeSource#system()} by default
     * @return this builder
     */
    public Builder timeSource(TimeSource source) {
      this.time = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Sets what draws two replicas of many.
     *
     * @param generator thread-safe; a {@link Random} seeded by the time source by default
     * @return this builder
     */
    public Builder random(RandomGenerator generator) {
      this.random = Objects.requireNonNull(generator, "generator");
      return this;
    }

    /**
     * Sets where counters and gauges go.
     *
     * @param sink {@link Telemetry#none()} by default
     * @return this builder
     */
    public Builder telemetry(Telemetry sink) {
      this.telemetry = Objects.requireNonNull(sink, "sink");
      return this;
    }

    /**
     * Builds the data source and starts probing. Until the first round is through, reads go to the
     * primary.
     *
     * @return the data source; close it to stop the probes
     * @throws IllegalStateException if the primary or all replicas are missing, there are more than
     *     64 replicas, or the probe interval is more than half of the maximum staleness
     */
    public ReadWriteDataSource build() {
      DataSource first = primary;
      if (first == null || replicas.isEmpty() || replicas.size() > Nodes.MOST_REPLICAS) {
        throw new IllegalStateException(
            "data source "
                + name
                + (first == null ? " has no primary()" : " has " + replicas.size() + " replica()s")
                + "; it needs a primary() and 1 to "
                + Nodes.MOST_REPLICAS
                + " replica()s");
      }
      if (interval().multipliedBy(2).compareTo(maxStaleness) > 0) {
        throw new IllegalStateException(
            "probeInterval("
                + interval()
                + ") is more than half of maxStaleness("
                + maxStaleness
                + "): a healthy replica would come and go");
      }
      return new ReadWriteDataSource(this, first);
    }

    private Duration interval() {
      if (probeInterval != null) {
        return probeInterval;
      }
      Duration quarter = maxStaleness.dividedBy(4);
      Duration second = Duration.ofSeconds(1);
      return quarter.compareTo(second) < 0 ? quarter : second;
    }

    private static Duration inRange(String option, Duration value, Duration least) {
      if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            option + " " + value + " is not from " + least + " to " + LONGEST);
      }
      return value;
    }
  }
}
