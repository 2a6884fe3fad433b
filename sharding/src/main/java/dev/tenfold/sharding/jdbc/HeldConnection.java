// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection through which a node is probed. It is held from probe to probe, so that a pool
 * whose connections are all in use cannot end the probes. It is borrowed again after a minute, so
 * that the pool can replace it, after a failure, and when the node has another server.
 *
 * <p>Owned by one thread at a time, except for {@link #renew}.
 */
final class HeldConnection {
  private static final Logger LOG = LoggerFactory.getLogger(HeldConnection.class);
  private static final long MAX_HELD_NANOS = 60_000_000_000L;

  private final DataSource source;
  private final long maxHeldNanos;
  private @Nullable Connection connection;
  private @Nullable Statement statement;
  private @Nullable NetworkBound bound;
  private boolean autoCommitBefore;
  private long borrowedNanos;
  private volatile boolean renew;

  HeldConnection(DataSource source, @Nullable Duration leakLimit) {
    this.source = source;
    this.maxHeldNanos =
        leakLimit == null ? MAX_HELD_NANOS : Math.min(MAX_HELD_NANOS, leakLimit.toNanos() / 2);
  }

  /** Returns a statement in auto-commit mode, whose wait for an answer is limited. */
  Statement statement(long nowNanos, int timeoutSeconds) throws SQLException {
    if (renew || nowNanos - borrowedNanos >= maxHeldNanos) {
      release();
    }
    Statement held = statement;
    if (held != null) {
      return held;
    }
    renew = false;
    borrowedNanos = nowNanos;
    Connection borrowed = source.getConnection();
    connection = borrowed;
    autoCommitBefore = borrowed.getAutoCommit();
    if (!autoCommitBefore) {
      borrowed.setAutoCommit(true);
    }
    bound = NetworkBound.of(borrowed, timeoutSeconds);
    held = borrowed.createStatement();
    held.setQueryTimeout(timeoutSeconds);
    statement = held;
    return held;
  }

  /** Returns the auto-commit mode in which the connection was borrowed. */
  boolean autoCommit() {
    return autoCommitBefore;
  }

  /** Asks for another connection at the next probe. Any thread may ask. */
  void renew() {
    renew = true;
  }

  /** Gives the connection back. */
  void release() {
    Connection borrowed = connection;
    if (borrowed == null) {
      return;
    }
    NetworkBound limit = bound;
    boolean autoCommit = autoCommitBefore;
    connection = null;
    statement = null;
    bound = null;
    try (borrowed) {
      if (limit != null) {
        limit.close();
      }
      if (!autoCommit) {
        borrowed.setAutoCommit(false);
      }
    } catch (SQLException | RuntimeException dead) {
      LOG.trace("a connection of the probes was given back dead", dead);
    }
  }
}
