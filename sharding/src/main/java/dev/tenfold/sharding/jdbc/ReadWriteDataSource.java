// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
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
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DataSource} over a primary and its replicas. Declared reads go to a replica that is
 * fresh enough, everything else goes to the primary.
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
 * {@link dev.tenfold.core.ReadIntent#PRIMARY} scope the primary serves everything, and a connection
 * is as read-only as it was declared. The scope at the moment of binding counts.
 *
 * <p><b>Binding.</b> A connection binds one physical connection of one pool at its first use, and
 * keeps it until the connection is closed, or until {@code setReadOnly} changes while no
 * transaction and no statement is open. In a transaction that change is refused with SQLState
 * 25001. A statement is open until its {@code close} is called. With an open statement, a
 * connection on the primary stays there, and a connection on a replica refuses to become writable.
 * Settings that are made before binding (auto-commit, isolation, schema, ...) are applied at this
 * binding and at every later one; what the pool resets when its connection is closed depends on the
 * pool (HikariCP does not reset client info, nor a schema that is not in its configuration). A new
 * connection is in auto-commit mode, whatever the default of the pool. A connection that is closed
 * unused touches no pool. Everything else in a session (temporary tables, advisory locks, {@code
 * SET}) stays with the physical connection.
 *
 * <p><b>Guarantees.</b> At binding, a replica serves a read only if it was seen to have replayed
 * everything that the primary had committed {@code maxStaleness} ago or later. A replica of unknown
 * staleness is not used: before its first probe, after a failed probe, with another history, too
 * far behind, or after its last good probe became too old. If no replica is eligible, the primary
 * serves the read. If a replica refuses a connection, the primary serves the read and the replica
 * is not used until its next good probe.
 *
 * <p><b>No guarantees.</b> A read may not see an earlier write, and a later connection may see an
 * older state. The bound does not cover a server that restarted since its last probe, nor the time
 * that a connection is waited for or held. If the primary is lost, or its pool is exhausted for
 * longer than {@code maxStaleness}, the staleness of every replica is unknown, and the primary gets
 * their reads.
 *
 * <p><b>Statements</b> return the logical connection from {@code getConnection}. An open {@link
 * dev.tenfold.core.Deadline} limits their query timeout, in whole seconds, rounded up, at least
 * one. Result sets and metadata are those of the pool, and so are the objects that they refer to.
 * After {@code unwrap} to the connection of the pool, the logical connection stays on its node
 * until it is closed.
 *
 * <p>The data source is thread-safe, takes no lock and does no I/O of its own; a connection is
 * confined to one thread at a time. {@code getConnection} allocates the logical connection; the
 * binding of a read reads the clock once. Probes borrow one connection at a time from each pool.
 * {@link RoutedConnection} binds, {@link Nodes} selects the node of a read, and {@link LagProber}
 * probes the positions.
 */
public final class ReadWriteDataSource extends AbstractDataSource implements AutoCloseable {
  private final Nodes nodes;
  private final LagProber prober;
  private final @Nullable ExecutorService ownExecutor;
  private final NodeMetrics metrics;

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
    this.ownExecutor =
        builder.executor == null ? probeThreads(builder.name, replicas.size() + 2) : null;
    this.prober =
        new LagProber(
            nodes,
            builder.lagProbe,
            time,
            builder.interval().toNanos(),
            (int) Math.max(1, builder.probeTimeout.plusNanos(999_999_999).toSeconds()),
            builder.executor == null ? Objects.requireNonNull(ownExecutor) : builder.executor,
            builder.telemetry);
    this.metrics = new NodeMetrics(builder.telemetry);
    try {
      metrics.register(nodes);
      prober.start();
    } catch (RuntimeException | Error refused) {
      close();
      throw refused;
    }
  }

  /**
   * One thread per probe that can hang: a round at the primary, the next round, and each replica.
   */
  private static ExecutorService probeThreads(String name, int maxThreads) {
    return new ThreadPoolExecutor(
        0,
        maxThreads,
        30,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "tenfold-lag-" + name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Begins a data source.
   *
   * @param name not empty; shown in messages, logs, metrics and thread names
   * @return a builder; a primary and at least one replica are required
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
    if (nodes.closed()) {
      throw new SQLNonTransientConnectionException(label() + " is closed", "08003");
    }
    prober.resume();
    return new RoutedConnection(nodes);
  }

  /**
   * Not supported: the users are those of the pools.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(label() + " connects as the users of its pools");
  }

  /**
   * Stops the probes. Open connections stay open, and the caller closes the pools. A second call
   * has no effect.
   */
  @Override
  public void close() {
    nodes.close();
    prober.stop();
    metrics.close();
    if (ownExecutor != null) {
      ownExecutor.shutdown();
    }
  }

  @Override
  String label() {
    return "data source " + nodes.name;
  }

  @Override
  public String toString() {
    return "ReadWriteDataSource[" + nodes.name + ", replicas " + nodes.replicas + "]";
  }

  private record Replica(DataSource dataSource, int weight) {}

  /** Builds a {@link ReadWriteDataSource}. Not thread-safe. */
  public static final class Builder {
    private static final Duration MAX_DURATION = Duration.ofDays(1);
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
     * Sets the primary, which serves writes, and reads that no replica can serve. Required.
     *
     * @param dataSource a pool with one spare connection for the probes
     * @return this builder
     */
    public Builder primary(DataSource dataSource) {
      this.primary = Objects.requireNonNull(dataSource, "dataSource");
      return this;
    }

    /**
     * Adds a replica of weight 1.
     *
     * @param id not added before; not {@code primary}
     * @param dataSource a pool with one spare connection for the probes
     * @return this builder
     * @throws IllegalArgumentException if the id is taken
     */
    public Builder replica(String id, DataSource dataSource) {
      return replica(id, dataSource, 1);
    }

    /**
     * Adds a replica. Of two random eligible replicas, a read goes to the one with fewer
     * connections in use, divided by its weight.
     *
     * @param id not added before; not {@code primary}
     * @param dataSource a pool with one spare connection for the probes
     * @param weight 1 to 1,000,000: the capacity of the replica relative to the others
     * @return this builder
     * @throws IllegalArgumentException if the id is taken, or the weight is out of range
     */
    public Builder replica(String id, DataSource dataSource, int weight) {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(dataSource, "dataSource");
      Checks.range(1, MAX_WEIGHT, optionName("weight of replica " + id), weight);
      if (id.equals("primary") || replicas.containsKey(id)) {
        throw new IllegalArgumentException(optionName("replica id " + id) + " is taken");
      }
      replicas.put(id, new Replica(dataSource, weight));
      return this;
    }

    /**
     * Sets the greatest staleness of a replica at which a read can be bound to it. Default 10 s.
     *
     * @param staleness 10 ms to 1 day
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public Builder maxStaleness(Duration staleness) {
      this.maxStaleness =
          Checks.range(Duration.ofMillis(10), MAX_DURATION, optionName("maxStaleness"), staleness);
      return this;
    }

    /**
     * Sets the interval of the probes. The result of a probe ages until the next probe, so the
     * interval is part of the staleness. Default: 1 s or a quarter of {@code maxStaleness},
     * whichever is shorter.
     *
     * @param interval 1 ms to half of {@code maxStaleness}
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public Builder probeInterval(Duration interval) {
      this.probeInterval =
          Checks.range(Duration.ofMillis(1), MAX_DURATION, optionName("probeInterval"), interval);
      return this;
    }

    /**
     * Sets the time limit of a probe. Default 1 s. JDBC limits a query in whole seconds, so the
     * limit is rounded up: 1 ms means 1 s, and 1,001 ms mean 2 s. The driver cancels the query
     * after the rounded limit. If the server does not answer that either, the network timeout of
     * the connection ends the wait half a second later, unless the driver has no network timeout.
     * The pool limits the wait for a connection. A probe of a replica that hangs makes that replica
     * stale, and no other; a probe of the primary that hangs makes all replicas stale.
     *
     * @param timeout 1 ms to 1 day
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public Builder probeTimeout(Duration timeout) {
      this.probeTimeout =
          Checks.range(Duration.ofMillis(1), MAX_DURATION, optionName("probeTimeout"), timeout);
      return this;
    }

    /**
     * Sets the probe that reads the positions of the servers. Default {@link PostgresLagProbe}.
     *
     * @param probe the probe
     * @return this builder
     */
    public Builder lagProbe(LagProbe probe) {
      this.lagProbe = Objects.requireNonNull(probe, "probe");
      return this;
    }

    /**
     * Sets the executor of the probes. Probes block, so the executor needs one thread per server
     * and one more. The data source does not shut it down. Default: that number of daemon threads
     * of its own.
     *
     * @param executor the executor
     * @return this builder
     */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Sets the clock and the timer. Default {@link TimeSource#system()}.
     *
     * @param time the time source
     * @return this builder
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets the generator that selects two of the eligible replicas. Default: a {@link Random} that
     * the time source seeds.
     *
     * @param random thread-safe
     * @return this builder
     */
    public Builder random(RandomGenerator random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Sets the receiver of counters, gauges and events. Default {@link Telemetry#none()}.
     *
     * @param telemetry the receiver
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the data source and starts the probes. Until the first round has ended, reads go to
     * the primary.
     *
     * @return the data source; close it to stop the probes
     * @throws IllegalArgumentException if there is no primary or no replica, if there are more than
     *     64 replicas, or if the probe interval is more than half of the maximum staleness
     */
    public ReadWriteDataSource build() {
      DataSource first = primary;
      if (first == null || replicas.isEmpty() || replicas.size() > Nodes.MAX_REPLICAS) {
        throw new IllegalArgumentException(
            "data source "
                + name
                + (first == null ? " has no primary()" : " has " + replicas.size() + " replica()s")
                + "; it needs a primary() and 1 to "
                + Nodes.MAX_REPLICAS
                + " replica()s");
      }
      if (interval().multipliedBy(2).compareTo(maxStaleness) > 0) {
        throw new IllegalArgumentException(
            "data source "
                + name
                + ": probeInterval("
                + interval()
                + ") is more than half of maxStaleness("
                + maxStaleness
                + "): a healthy replica would not stay eligible");
      }
      return new ReadWriteDataSource(this, first);
    }

    /** Names an option of this data source in a message. */
    private String optionName(String option) {
      return option + " of data source " + name;
    }

    private Duration interval() {
      if (probeInterval != null) {
        return probeInterval;
      }
      Duration quarter = maxStaleness.dividedBy(4);
      Duration second = Duration.ofSeconds(1);
      return quarter.compareTo(second) < 0 ? quarter : second;
    }
  }
}
