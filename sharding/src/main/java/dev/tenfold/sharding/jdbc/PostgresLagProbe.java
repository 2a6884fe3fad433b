// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Positions of PostgreSQL 13 and later with physical standbys, cascaded ones included.
 *
 * <p>A position is a WAL location of one system identifier and one timeline, so a standby that
 * stayed behind on the old timeline after a failover is not mistaken for one that caught up. The
 * primary is asked for its <em>insert</em> location: with {@code synchronous_commit = off} the
 * write and flush locations lag behind commits that others already see. Where the insert location
 * has stepped over a page header and nothing follows it yet, the header is taken off, or else an
 * idle standby could never reach it. A standby is asked for its <em>replay</em> location. Neither
 * transaction timestamps nor "received equals replayed" are looked at: the first grow on an idle
 * primary, the second holds on a standby that was cut off.
 *
 * <p>A standby's timeline is the one its WAL receiver reports and, without a receiver or without
 * the right to see it ({@code pg_read_all_stats}), the one its control file had at the latest
 * restart point, which may trail a failover: the standby then stays unused until the next restart
 * point.
 *
 * <p>Not for logical replicas, Aurora, or a pooler that hides several servers behind one address.
 *
 * <p>Stateless, so thread-safe. One round trip per question.
 */
public final class PostgresLagProbe implements LagProbe {
  private static final String PRIMARY =
      """
      SELECT c.system_identifier || '/' || left(pg_walfile_name(p.lsn), 8),
             (p.lsn - '0/0'::pg_lsn)::bigint,
             current_setting('wal_block_size')::bigint,
             pg_size_bytes(current_setting('wal_segment_size'))
        FROM pg_control_system() c, pg_current_wal_insert_lsn() p(lsn)
      """;
  private static final String REPLICA =
      """
      SELECT c.system_identifier || '/'
               || lpad(upper(to_hex(coalesce(w.received_tli, r.min_recovery_end_timeline))), 8, '0'),
             (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint
        FROM pg_control_system() c, pg_control_recovery() r
             LEFT JOIN pg_stat_wal_receiver w ON true
       WHERE pg_is_in_recovery()
      """;
  private static final int PAGE_HEADER_BYTES = 24;
  private static final int SEGMENT_HEADER_BYTES = 40;

  /** Creates the probe. */
  public PostgresLagProbe() {}

  @Override
  public Position primaryPosition(Statement statement) throws SQLException {
    try (ResultSet row = ask(statement, PRIMARY, "a primary")) {
      return new Position(
          known(row.getString(1), "its timeline"),
          withoutHeader(row.getLong(2), row.getLong(3), row.getLong(4)));
    }
  }

  @Override
  public Position replicaPosition(Statement statement) throws SQLException {
    try (ResultSet row = ask(statement, REPLICA, "a standby")) {
      String history = known(row.getString(1), "its timeline");
      long offset = row.getLong(2);
      known(row.wasNull() ? null : row, "its replay position");
      return new Position(history, offset);
    }
  }

  /** Steps back over a page header that nothing follows yet; replay stops in front of it. */
  static long withoutHeader(long offset, long pageBytes, long segmentBytes) {
    if (offset % segmentBytes == SEGMENT_HEADER_BYTES) {
      return offset - SEGMENT_HEADER_BYTES;
    }
    return offset % pageBytes == PAGE_HEADER_BYTES ? offset - PAGE_HEADER_BYTES : offset;
  }

  private static ResultSet ask(Statement statement, String sql, String role) throws SQLException {
    ResultSet rows = statement.executeQuery(sql);
    if (!rows.next()) {
      rows.close();
      throw new SQLException("the server is not " + role, "55000");
    }
    return rows;
  }

  private static <T> T known(@Nullable T value, String what) throws SQLException {
    if (value == null) {
      throw new SQLException("the server does not know " + what, "55000");
    }
    return value;
  }
}
