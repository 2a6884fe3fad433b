// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import static dev.tenfold.examples.clients.ClientDatabase.COUNT;
import static dev.tenfold.examples.clients.ClientDatabase.IN_RECOVERY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.table;

import dev.tenfold.core.ReadIntent;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.LocalCacheScope;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;
import org.flywaydb.core.Flyway;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.JdbcSettings;
import org.jdbi.v3.core.Jdbi;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The recipes of the guide to read/write splitting. */
@Timeout(60)
@ExtendWith(ClientServers.class)
class GuideRecipesIT {
  private static final String INSERT = "INSERT INTO booking VALUES (2, 'guest')";

  private ClientDatabase database;
  private ReadWriteDataSource bookings;

  @BeforeEach
  void open(PostgresFixture servers) {
    database = ClientDatabase.open(servers, true);
    database.insertAndReplay(1);
    bookings = database.source();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void spring_transactions_readOnTheStandbyAndWriteOnThePrimary() {
    var jdbc = new JdbcTemplate(bookings);
    var reading = new TransactionTemplate(new JdbcTransactionManager(bookings));
    reading.setReadOnly(true); // as @Transactional(readOnly = true)
    Boolean onStandby =
        reading.execute(status -> jdbc.queryForObject(IN_RECOVERY, Boolean.class)); // true
    var writing = new TransactionTemplate(new JdbcTransactionManager(bookings));
    List<Long> rows = new ArrayList<>();

    try (ConsistencyScope scope = bookings.openScope()) {
      writing.executeWithoutResult(status -> jdbc.update(INSERT));
      rows.add(reading.execute(status -> jdbc.queryForObject(COUNT, Long.class))); // has the row
    }

    assertThat(rows).containsExactly(2L);
    assertThat(onStandby).isTrue();
  }

  @Test
  void spring_lazyProxy_takesTheReadOnlyView() {
    var lazy = new LazyConnectionDataSourceProxy(bookings);
    lazy.setReadOnlyDataSource(bookings.readOnly());
    var reading = new TransactionTemplate(new JdbcTransactionManager(lazy));
    reading.setReadOnly(true);
    var jdbc = new JdbcTemplate(lazy);

    assertThat(reading.<Boolean>execute(s -> jdbc.queryForObject(IN_RECOVERY, Boolean.class)))
        .isTrue();
    assertThat(jdbc.queryForObject(IN_RECOVERY, Boolean.class)).isFalse();
  }

  private SessionFactory factory() {
    var configuration = new org.hibernate.cfg.Configuration();
    configuration.getProperties().put(JdbcSettings.JAKARTA_NON_JTA_DATASOURCE, bookings);
    return configuration.buildSessionFactory();
  }

  private static Boolean onStandby(Session session) {
    return session.createNativeQuery(IN_RECOVERY, Boolean.class).getSingleResult();
  }

  @Test
  void hibernate_sessions_readOnTheStandbyAndThenWrite() {
    List<Boolean> read = new ArrayList<>();
    try (SessionFactory factory = factory()) {
      try (Session session = factory.withOptions().readOnly(true).openSession()) {
        session.beginTransaction();
        read.add(onStandby(session)); // true
        session.getTransaction().commit();
      }
      try (Session session = factory.openSession()) { // reads first, then writes
        session.beginTransaction();
        session.doWork(connection -> connection.setReadOnly(true));
        read.add(onStandby(session)); // true
        session.getTransaction().commit();

        session.beginTransaction();
        session.doWork(connection -> connection.setReadOnly(false));
        session.createNativeMutationQuery(INSERT).executeUpdate();
        session.getTransaction().commit();
      }
    }
    assertThat(read).containsExactly(true, true);
    assertThat(database.rows()).isEqualTo(2);
  }

  @Test
  void jooq_replicaScope_isOnTheStandby() {
    var jooq = DSL.using(bookings, SQLDialect.POSTGRES);
    int rows = ReadIntent.REPLICA.call(() -> jooq.fetchCount(table("booking"))); // on a standby

    assertThat(rows).isEqualTo(1);
    assertThat(ReadIntent.REPLICA.call(() -> jooq.fetchSingle(IN_RECOVERY).get(0, Boolean.class)))
        .isTrue();
  }

  @Test
  void jdbi_readOnlyHandle_isOnTheStandby() {
    var jdbi = Jdbi.create(bookings);
    List<Boolean> read = new ArrayList<>();

    try (var handle = jdbi.open()) {
      handle.setReadOnly(true); // before the transaction
      handle.useTransaction(
          inside -> read.add(inside.createQuery(IN_RECOVERY).mapTo(Boolean.class).one())); // true
    }

    assertThat(read).containsExactly(true);
  }

  /** A mapper of MyBatis. */
  interface Bookings {
    @Select(IN_RECOVERY)
    boolean onStandby();
  }

  @Test
  void myBatis_sessionReadsThenWrites_endsTheTransactionBefore() throws SQLException {
    var environment = new Environment("test", new JdbcTransactionFactory(), bookings);
    var configuration = new Configuration(environment);
    configuration.setLocalCacheScope(LocalCacheScope.STATEMENT);
    configuration.addMapper(Bookings.class);
    SqlSessionFactory factory = new SqlSessionFactoryBuilder().build(configuration);
    List<Boolean> read = new ArrayList<>();

    try (var session = factory.openSession()) {
      session.getConnection().setReadOnly(true); // before the first statement
      read.add(session.getMapper(Bookings.class).onStandby()); // true
      session.commit(true); // true: MyBatis does not send a commit after reads alone
      session.getConnection().setReadOnly(false);
      read.add(session.getMapper(Bookings.class).onStandby()); // false
    }

    assertThat(read).containsExactly(true, false);
  }

  @Test
  void flyway_everyShard_isMigratedOnItsPrimary(PostgresFixture servers) throws Exception {
    servers.primary().createDatabase("shard1");
    DataSource primary = servers.primary().dataSource("shard1");
    DataSource standby = servers.standby(0).dataSource("shard1");
    var second = ReadWriteDataSource.builder("s1").primary(primary).replica("r1", standby).build();
    Map<ShardId, DataSource> dataSources =
        Map.of(new ShardId("s0"), bookings, new ShardId("s1"), second);
    var topology = Topology.builder("bookings").shard("s0", 1000).shard("s1", 1000).build();
    var router = ShardRouter.of(TopologySource.of(topology));
    String migrations = "classpath:dev/tenfold/examples/clients/migrations";

    for (ShardId shard : router.shards()) {
      ReadIntent.PRIMARY.run(() ->
          Flyway.configure()
              .dataSource(dataSources.get(shard))
              .locations(migrations)
              .baselineOnMigrate(true)
              .baselineVersion("0")
              .load()
              .migrate());
    }

    List<Boolean> migrated =
        router.shards().stream()
            .map(shard ->
                new JdbcTemplate(dataSources.get(shard))
                    .queryForObject("SELECT count(*) > 0 FROM migrated", Boolean.class))
            .toList();
    second.close();
    assertThat(migrated).containsExactly(true, true);
    try (var connection = servers.primary().dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("DROP DATABASE shard1 WITH (FORCE)");
    }
  }
}
