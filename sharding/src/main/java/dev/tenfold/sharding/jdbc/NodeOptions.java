// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.Bulkhead;
import java.time.Duration;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The options of one node of a {@link ReadWriteDataSource}.
 *
 * <pre>{@code
 * builder.replica("r1", pool, node -> node.weight(2).probeDataSource(monitoring));
 * }</pre>
 *
 * <p>Not thread-safe; to be used in the call that passes it, and not later.
 */
public final class NodeOptions {
  private static final int MAX_WEIGHT = 1_000_000;
  static final int WAITERS_PER_PLACE = 10;

  final String id;
  final Pool pool;
  final String dataSource;
  int weight = 1;
  @Nullable DataSource probeDataSource;
  private @Nullable Bulkhead bulkhead;
  private boolean bulkheadIsSet;

  NodeOptions(String dataSource, String id, DataSource pool) {
    this.dataSource = dataSource;
    this.id = Checks.name("node of data source " + dataSource, id);
    Objects.requireNonNull(pool, "dataSource");
    this.pool = HikariPool.isPresent() ? HikariPool.orUnknown(pool) : new Pool(pool);
  }

  /**
   * Sets the capacity of the node relative to the other replicas. Default 1. Of two random eligible
   * replicas, a read goes to the one with fewer connections in use, divided by its weight.
   *
   * @param weight 1 to 1,000,000
   * @return these options
   * @throws IllegalArgumentException if the weight is out of range
   */
  public NodeOptions weight(int weight) {
    this.weight = Checks.range(1, MAX_WEIGHT, name("weight"), weight);
    return this;
  }

  /**
   * Sets where the connection of the probes comes from, which is held as long as the data source is
   * open. Default: the pool, which then has one connection less for its users.
   *
   * @param dataSource connects to the same server as the pool
   * @return these options
   */
  public NodeOptions probeDataSource(DataSource dataSource) {
    this.probeDataSource = Objects.requireNonNull(dataSource, "dataSource");
    return this;
  }

  /**
   * Sets the bulkhead in front of the pool. With a bulkhead, a wait for a connection ends with the
   * {@link dev.tenfold.core.Deadline} of the caller. Default: for a pool of HikariCP a bulkhead of
   * its size, less one if the probes have no data source of their own, whose {@code maxWait} is the
   * pool's {@code connectionTimeout} and whose queue takes ten calls per connection; for other
   * pools none.
   *
   * @param bulkhead of this pool alone; null for none
   * @return these options
   */
  public NodeOptions bulkhead(@Nullable Bulkhead bulkhead) {
    this.bulkhead = bulkhead;
    this.bulkheadIsSet = true;
    return this;
  }

  /** Returns the number of connections for users of the pool; 0 if it is unknown. */
  int places() {
    int size = pool.size();
    if (size > 0) {
      return probeDataSource == null ? size - 1 : size;
    }
    return bulkhead == null ? 0 : bulkhead.limit();
  }

  /** Returns the bulkhead that was set, or the default one. */
  @Nullable Bulkhead bulkheadOrDefault(TimeSource time, Telemetry telemetry) {
    Duration maxWait = pool.maxWait();
    if (bulkheadIsSet || maxWait == null) {
      return bulkhead;
    }
    return Bulkhead.builder(dataSource + "." + id, places())
        .maxWait(maxWait)
        .maxWaiters(WAITERS_PER_PLACE * places())
        .timeSource(time)
        .telemetry(telemetry)
        .build();
  }

  /** Checks the options against each other and against what is known of the pool. */
  void check() {
    String objection = pool.objection();
    if (objection != null) {
      throw new IllegalArgumentException(name("pool") + " is not of one server: " + objection);
    }
    int size = pool.size();
    if (size > 0 && places() == 0) {
      throw new IllegalArgumentException(
          name("pool")
              + " has "
              + size
              + " connections; it needs at least 2, one of them for the probes, or a"
              + " probeDataSource()");
    }
    if (size > 0 && bulkhead != null && bulkhead.limit() > places()) {
      throw new IllegalArgumentException(
          name("bulkhead")
              + " has a limit of "
              + bulkhead.limit()
              + ", but the pool has "
              + size
              + " connections"
              + (places() < size ? ", one of them for the probes" : ""));
    }
  }

  private String name(String option) {
    return option + " of node " + id + " of data source " + dataSource;
  }
}
