// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guide says of the two attempts that fail, on real servers. */
@Timeout(120)
class ReadWriteGuideAttemptsIT {
  private static PostgresFixture servers;

  private final DataSource primary = servers.primary().dataSource();
  private final DataSource standby = servers.standby(0).dataSource();
  private final ManualTimeSource time = new ManualTimeSource();

  private DataSource naive(boolean readOnly) {
    return readOnly ? standby : primary;
  }

  /** The second attempt. */
  static final class Pinned {
    private static final String LAG =
        """
        SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                    ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END
        """;
    private final DataSource primary;
    private final DataSource standby;
    private final TimeSource time;
    private long pinnedUntil;

    Pinned(DataSource primary, DataSource standby, TimeSource time) {
      this.primary = primary;
      this.standby = standby;
      this.time = time;
      this.pinnedUntil = time.nanoTime();
    }

    void wrote() {
      pinnedUntil = time.nanoTime() + 2_000_000_000L; // replication takes less, doesn't it?
    }

    DataSource forRead() throws SQLException {
      boolean pinned = time.nanoTime() - pinnedUntil < 0;
      return pinned || number(standby, LAG) > 10 ? primary : standby;
    }
  }

  @BeforeEach
  void createTable() throws SQLException {
    execute("DROP TABLE IF EXISTS orders");
    execute("CREATE TABLE orders (id bigint PRIMARY KEY)");
    execute("INSERT INTO orders VALUES (1)");
    Await.until("the standby has the table", ofSeconds(30), this::standbyHasTheFirstOrder);
  }

  private boolean standbyHasTheFirstOrder() throws SQLException {
    return number(standby, "SELECT count(*) FROM pg_tables WHERE tablename = 'orders'") == 1
        && orders(standby) == 1;
  }

  @BeforeAll
  static void start() {
    servers = PostgresFixture.start(1);
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = primary.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static double orders(DataSource source) throws SQLException {
    return number(source, "SELECT count(*) FROM orders");
  }

  private static double number(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getDouble(1);
    }
  }

  @Test
  void naive_standbyLags_missesItsOwnWriteForEver() throws SQLException {
    servers.standby(0).pauseReplay();
    execute("INSERT INTO orders VALUES (2)");

    assertThat(orders(naive(false))).isEqualTo(2);
    assertThat(orders(naive(true))).isEqualTo(1);
    servers.standby(0).resumeReplay();
  }

  @Test
  void naive_standbyIsDown_readsFailBesideAHealthyPrimary() throws SQLException {
    servers.standby(0).kill();

    assertThatExceptionOfType(SQLException.class).isThrownBy(() -> orders(naive(true)));
    assertThat(orders(naive(false))).isEqualTo(1);
    servers.standby(0).restart();
  }

  @Test
  void pinned_standbyLagsForThreeSeconds_missesItsOwnWrite() throws SQLException {
    var pinned = new Pinned(primary, standby, time);
    servers.standby(0).pauseReplay();
    execute("INSERT INTO orders VALUES (2)");
    pinned.wrote();

    assertThat(orders(pinned.forRead())).isEqualTo(2);
    time.advance(ofSeconds(3));
    assertThat(orders(pinned.forRead())).isEqualTo(1);
    servers.standby(0).resumeReplay();
  }

  @Test
  void pinned_standbyIsCutOff_hasNoLag() throws SQLException {
    var pinned = new Pinned(primary, standby, time);
    servers.standby(0).stopReceiving();
    execute("INSERT INTO orders VALUES (2)");
    pinned.wrote();
    time.advance(ofSeconds(3600));

    assertThat(number(standby, Pinned.LAG)).isZero();
    assertThat(orders(pinned.forRead())).isEqualTo(1);
    servers.standby(0).startReceiving();
  }

  @Test
  void pinned_otherProcess_knowsNothingOfTheWrite() throws SQLException {
    var pinned = new Pinned(primary, standby, time);
    var other = new Pinned(primary, standby, time);
    servers.standby(0).pauseReplay();
    execute("INSERT INTO orders VALUES (2)");
    pinned.wrote();

    assertThat(orders(pinned.forRead())).isEqualTo(2);
    assertThat(orders(other.forRead())).isEqualTo(1);
    servers.standby(0).resumeReplay();
  }
}
