// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

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
 * <em>insert</em> location of a primary: with {@code synchronous_commit = off} the write and flush
 * locations are behind commits that others already see. If a location is just behind a page header,
 * the header is subtracted, because an idle standby never replays it. The flush location is read
 * beside it, with a delay of three times {@code wal_writer_delay}, the longest time that an
 * asynchronous commit takes to the disk. The probe reads the <em>replay</em> location of a standby.
 * It uses neither transaction timestamps, which grow on an idle primary, nor "received equals
 * replayed", which holds on a standby that was cut off.
 *
 * <p><b>Guarantees.</b> Those of {@link LagProbe}. The identity of a server is its system
 * identifier, its port and the time at which it was started.
 *
 * <p><b>Rights.</b> The user of the probes needs the role {@code pg_read_all_stats} on standbys: a
 * standby shows the timeline of its WAL receiver to nobody else, and without it the reading fails.
 *
 * <p><b>No guarantees.</b> Without a receiver, the timeline of a standby is that of its control
 * file at the last restart point, which can be behind a failover: until the next restart point the
 * standby does not count as caught up with the new primary, and may count as caught up with an old
 * primary that still takes writes. A server whose child process was killed recovers without a new
 * start time. A pooler is recognised by the process id of the server's backend, if the driver is
 * pgjdbc. Logical replicas, Aurora, and poolers that hide several servers behind one address are
 * not supported.
 *
 * <p>Stateless and thread-safe. One round trip per reading.
 */
public final class PostgresLagProbe implements LagProbe {
  private static final String QUERY =
      """
      SELECT s.standby, c.system_identifier::text,
             c.system_identifier || '/' || current_setting('port')
               || '/' || extract(epoch from pg_postmaster_start_time()),
             CASE WHEN s.standby AND w.pid IS NULL
                  THEN greatest(r.min_recovery_end_timeline, k.timeline_id)
                  WHEN s.standby THEN w.received_tli
                  ELSE ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint
             END,
             CASE WHEN s.standby THEN pg_last_wal_replay_lsn()
                  ELSE pg_current_wal_insert_lsn() END - '0/0'::pg_lsn,
             CASE WHEN s.standby THEN NULL
                  ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn,
             current_setting('wal_block_size')::bigint,
             pg_size_bytes(current_setting('wal_segment_size')),
             extract(epoch from current_setting('wal_writer_delay')::interval) * 1000,
             pg_backend_pid()
        FROM (SELECT pg_is_in_recovery() AS standby OFFSET 0) s,
             pg_control_system() c, pg_control_checkpoint() k, pg_control_recovery() r
             LEFT JOIN pg_stat_wal_receiver w ON true
      """;
  private static final int PAGE_HEADER_BYTES = 24;
  private static final int SEGMENT_HEADER_BYTES = 40;
  private static final int FLUSH_ROUNDS = 3;

  /** Creates the probe. */
  public PostgresLagProbe() {}

  @Override
  public Reading read(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(QUERY)) {
      row.next();
      boolean standby = row.getBoolean(1);
      long timeline =
          known(row, 4, "its timeline to this user, who needs the role pg_read_all_stats");
      long offset = known(row, 5, standby ? "its replay location" : "its insert location");
      long flushed = standby ? offset : known(row, 6, "its flush location");
      long pageBytes = row.getLong(7);
      long segmentBytes = row.getLong(8);
      long writerDelayMillis = row.getLong(9);
      boolean pooled = PostgresDriver.isPooled(statement.getConnection(), row.getInt(10));
      if (!standby) {
        offset = withoutHeader(offset, pageBytes, segmentBytes);
        flushed = withoutHeader(flushed, pageBytes, segmentBytes);
      }
      return new Reading(
          row.getString(3),
          standby,
          new Position(row.getString(2), timeline, offset),
          flushed,
          Duration.ofMillis(FLUSH_ROUNDS * writerDelayMillis),
          pooled);
    }
  }

  /** Subtracts a page header that nothing follows yet. Replay stops in front of the header. */
  static long withoutHeader(long offset, long pageBytes, long segmentBytes) {
    if (offset % segmentBytes == SEGMENT_HEADER_BYTES) {
      return offset - SEGMENT_HEADER_BYTES;
    }
    return offset % pageBytes == PAGE_HEADER_BYTES ? offset - PAGE_HEADER_BYTES : offset;
  }

  private static long known(ResultSet row, int column, String what) throws SQLException {
    long value = row.getLong(column);
    if (row.wasNull()) {
      throw new SQLException("the server does not tell " + what, "55000");
    }
    return value;
  }
}
