// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import javax.sql.DataSource;

/**
 * A scope in which reads see what the scope wrote and read before, from replicas too. {@link
 * ReadWriteDataSource#openScope} opens it.
 *
 * <pre>{@code
 * try (ConsistencyScope scope = orders.openScope(cookie)) {     // null: no token yet
 *   ...                                                         // any JDBC code, on this thread
 *   cookie = scope.captureToken();                              // for the next request
 * }
 * }</pre>
 *
 * <p>A connection belongs to the scope that is open on the thread when the connection is bound, or
 * to the scope whose {@link #dataSource} it comes from, until it is closed. The scope follows
 * {@link dev.tenfold.core.Ambient#capture} to other threads. Opening a scope inside another one of
 * the same data source joins it: the token is merged, and closing the inner one closes nothing.
 *
 * <p><b>Guarantees.</b> A read that binds after an earlier operation of its scope ended is served
 * by the primary, by that operation's server, or by a replica that has replayed a primary position
 * asked for afterwards. It sees the scope's writes whose commit returned normally, as long as the
 * database still has them, and misses no transaction that an earlier read showed, once that
 * transaction was acknowledged to its own client. A token extends this to any process of the
 * cluster; one that cannot be compared counts as written just now.
 *
 * <p><b>No guarantees</b> for: a connection that was bound before, writes through XA, two-phase
 * commit or other data sources, unlogged tables, commits whose outcome is unknown, writes that the
 * database lost by a failover or by a crash with {@code synchronous_commit = off}, two servers that
 * were promoted to one timeline number, a pooler in transaction mode between this process and the
 * server, threads without the scope. Reads on two connections are not one snapshot.
 *
 * <p>A scope may be used by several threads at a time. Opening and closing allocate some small
 * objects, about 200 bytes, and do no I/O.
 */
public interface ConsistencyScope extends AutoCloseable {

  /**
   * Returns a token of what the scope has written and read so far. If that changed since the last
   * answer of the primary, the call waits for the next one; calls that wait at the same time share
   * one question.
   *
   * @return a token; {@link Tokens#JUST_NOW} if the primary does not answer within the probe
   *     timeout and the {@link dev.tenfold.core.Deadline}, or the thread is interrupted
   * @throws IllegalStateException if a transaction of the scope that may write is open: the token
   *     would not cover it
   */
  String captureToken();

  /**
   * Notes that something was written just now that the scope cannot have seen: through another data
   * source, or in a prepared transaction.
   */
  void wrote();

  /**
   * Returns a view of the data source whose connections belong to this scope, on every thread.
   *
   * @return the view; usable as long as the data source is, also after {@link #close}
   */
  DataSource dataSource();

  /**
   * Ends the scope on this thread. Closing twice is harmless, and closing a scope that joined
   * another one does nothing. Connections stay open.
   *
   * @throws IllegalStateException on another thread than the one that opened the scope, or while a
   *     scope that was opened later is still open
   */
  @Override
  void close();
}
