// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import static dev.tenfold.examples.clients.ClientDatabase.COUNT;
import static dev.tenfold.examples.clients.ClientDatabase.IN_RECOVERY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ReadIntent;
import dev.tenfold.testkit.PostgresFixture;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.cursor.Cursor;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.LocalCacheScope;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** MyBatis 3.5 and its cursors. A cursor that was read to its end closes its statement. */
@Timeout(60)
@ExtendWith(ClientServers.class)
@ParameterizedClass(name = "pools with autoCommit={0}")
@ValueSource(booleans = {true, false})
class MyBatisIT {
  @Parameter private boolean autoCommit;
  private ClientDatabase database;
  private SqlSessionFactory factory;

  /** The statements of the tests. */
  interface Bookings {
    @Select(IN_RECOVERY)
    boolean onStandby();

    @Select(COUNT)
    long count();

    @Insert("INSERT INTO booking VALUES (#{id}, 'guest')")
    void insert(long id);

    @Select("SELECT id FROM booking ORDER BY id")
    @Options(fetchSize = 1)
    Cursor<Long> ids();
  }

  @BeforeEach
  void open(PostgresFixture servers) {
    database = ClientDatabase.open(servers, autoCommit);
    var configuration =
        new Configuration(new Environment("test", new JdbcTransactionFactory(), database.source()));
    configuration.setLocalCacheScope(LocalCacheScope.STATEMENT);
    configuration.addMapper(Bookings.class);
    factory = new SqlSessionFactoryBuilder().build(configuration);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static Bookings in(SqlSession session) {
    return session.getMapper(Bookings.class);
  }

  private static List<Long> readToTheEnd(Cursor<Long> cursor) {
    List<Long> ids = new ArrayList<>();
    cursor.forEach(ids::add);
    assertThat(cursor.isConsumed()).isTrue();
    return ids;
  }

  @Test
  void session_readOnly_isOnTheStandby() throws SQLException {
    database.insertAndReplay(1);
    try (SqlSession session = factory.openSession()) {
      session.getConnection().setReadOnly(true);
      assertThat(in(session).onStandby()).isTrue();
      assertThat(in(session).count()).isEqualTo(1);
    }
    try (SqlSession session = factory.openSession()) {
      assertThat(in(session).onStandby()).isFalse();
    }
  }

  @Test
  void session_inAReplicaScope_isOnTheStandby() {
    database.insertAndReplay(1);

    ReadIntent.REPLICA.run(() -> {
      try (SqlSession session = factory.openSession()) {
        assertThat(in(session).onStandby()).isTrue();
        assertThat(in(session).count()).isEqualTo(1);
      }
    });
  }

  @Test
  void session_writes_readsItsWriteOnThePrimary() {
    try (SqlSession session = factory.openSession()) {
      assertThat(in(session).count()).isZero();
      in(session).insert(1);
      assertThat(in(session).count()).isEqualTo(1);
      assertThat(in(session).onStandby()).isFalse();
      session.commit();
    }

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void session_rolledBackOrOnlyClosed_leavesNoRow() {
    try (SqlSession session = factory.openSession()) {
      in(session).insert(1);
      session.rollback();
    }
    try (SqlSession session = factory.openSession()) {
      in(session).insert(2);
    }

    assertThat(database.rows()).isZero();
  }

  @Test
  void session_autoCommit_writesAtOnce() {
    try (SqlSession session = factory.openSession(true)) {
      in(session).insert(1);
      assertThat(database.rows()).isEqualTo(1);
      assertThat(in(session).onStandby()).isFalse();
    }
  }

  @Test
  void cursor_readToTheEndOnTheStandby_writesAfterwards() throws SQLException {
    database.insertAndReplay(1);
    database.insertAndReplay(2);
    try (SqlSession session = factory.openSession()) {
      session.getConnection().setReadOnly(true);
      assertThat(in(session).onStandby()).isTrue();
      assertThat(readToTheEnd(in(session).ids())).containsExactly(1L, 2L);
      session.rollback(true);

      session.getConnection().setReadOnly(false);
      assertThat(in(session).onStandby()).isFalse();
      in(session).insert(3);
      session.commit();
    }

    assertThat(database.rows()).isEqualTo(3);
  }

  @Test
  void cursor_readToTheEndOnThePrimary_readsOnTheStandbyAfterwards() throws SQLException {
    database.insertAndReplay(1);
    try (SqlSession session = factory.openSession()) {
      assertThat(readToTheEnd(in(session).ids())).containsExactly(1L);
      session.commit(true);

      session.getConnection().setReadOnly(true);
      assertThat(in(session).onStandby()).isTrue();
    }
  }

  @Test
  void cursor_closedBeforeItsEnd_freesTheConnection() throws SQLException, IOException {
    database.insertAndReplay(1);
    database.insertAndReplay(2);
    try (SqlSession session = factory.openSession()) {
      session.getConnection().setReadOnly(true);
      try (Cursor<Long> cursor = in(session).ids()) {
        assertThat(cursor.iterator().next()).isEqualTo(1);
      }
      session.rollback(true);

      session.getConnection().setReadOnly(false);
      in(session).insert(3);
      session.commit();
    }

    assertThat(database.rows()).isEqualTo(3);
  }
}
