// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A {@link LagProbe} for PostgreSQL 13 and later with physical standbys, cascaded standbys
 * included.
 *
 * <pre>{@code
 * ReadWriteDataSource.builder("orders").lagProbe(new PostgresLagProbe())      // the default
 * }</pre>
 *
 * <p>A position is a WAL location of one system identifier and one timeline, so a standby that
 * stayed on the old timeline after a failover does not count as caught up. The probe reads the
 * <em>insert</em> location of the primary: with {@code synchronous_commit = off} the write and
 * flush locations are behind commits that others already see. If the insert location is just behind
 * a page header, the header is subtracted, because an idle standby never replays it. The probe
 * reads the <em>replay</em> location of a standby. It uses neither transaction timestamps, which
 * grow on an idle primary, nor "received equals replayed", which holds on a standby that was cut
 * off.
 *
 * <p><b>Guarantees.</b> Those of {@link LagProbe}.
 *
 * <p><b>No guarantees.</b> The timeline of a standby is that of its WAL receiver. Without a
 * receiver, or without the right to see it ({@code pg_read_all_stats}), it is that of the control
 * file at the last restart point, which can be behind a failover: then the standby stays unused
 * until the next restart point. Logical replicas, Aurora, and poolers that hide several servers
 * behind one address are not supported.
 *
 * <p>Stateless and thread-safe. One round trip per position.
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
    try (ResultSet row = query(statement, PRIMARY, "a primary")) {
      return new Position(
          requireKnown(row.getString(1), "its timeline"),
          withoutHeader(row.getLong(2), row.getLong(3), row.getLong(4)));
    }
  }

  @Override
  public Position replicaPosition(Statement statement) throws SQLException {
    try (ResultSet row = query(statement, REPLICA, "a standby")) {
      String history = requireKnown(row.getString(1), "its timeline");
      long offset = row.getLong(2);
      requireKnown(row.wasNull() ? null : row, "its replay position");
      return new Position(history, offset);
    }
  }

  /** Subtracts a page header that nothing follows yet. Replay stops in front of the header. */
  static long withoutHeader(long offset, long pageBytes, long segmentBytes) {
    if (offset % segmentBytes == SEGMENT_HEADER_BYTES) {
      return offset - SEGMENT_HEADER_BYTES;
    }
    return offset % pageBytes == PAGE_HEADER_BYTES ? offset - PAGE_HEADER_BYTES : offset;
  }

  private static ResultSet query(Statement statement, String sql, String role) throws SQLException {
    ResultSet rows = statement.executeQuery(sql);
    if (!rows.next()) {
      rows.close();
      throw new SQLException("the server is not " + role, "55000");
    }
    return rows;
  }

  private static <T> T requireKnown(@Nullable T value, String what) throws SQLException {
    if (value == null) {
      throw new SQLException("the server does not know " + what, "55000");
    }
    return value;
  }
}
