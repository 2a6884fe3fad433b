// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import static dev.tenfold.examples.clients.ClientDatabase.IN_RECOVERY;
import static dev.tenfold.examples.clients.ClientDatabase.READ_ONLY_TRANSACTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ReadIntent;
import dev.tenfold.testkit.PostgresFixture;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.cfg.JdbcSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Hibernate 7, with pools that disable auto-commit and with pools that do not. */
@Timeout(60)
@ExtendWith(ClientServers.class)
@ParameterizedClass(name = "pools with autoCommit={0}, provider_disables_autocommit={1}")
@CsvSource({"true, false", "false, true", "false, false"})
class HibernateIT {
  @Parameter(0)
  private boolean autoCommit;

  @Parameter(1)
  private boolean providerDisablesAutoCommit;

  private ClientDatabase database;
  private SessionFactory factory;

  /** A row of the table. */
  @Entity
  @Table(name = "booking")
  static class Booking {
    @Id private long id;
    private String guest;

    protected Booking() {}

    Booking(long id, String guest) {
      this.id = id;
      this.guest = guest;
    }

    void rename(String name) {
      guest = name;
    }
  }

  @BeforeEach
  void open(PostgresFixture servers) {
    database = ClientDatabase.open(servers, autoCommit);
    var configuration = new Configuration();
    configuration.getProperties().put(JdbcSettings.JAKARTA_NON_JTA_DATASOURCE, database.source());
    configuration.setProperty(
        JdbcSettings.CONNECTION_PROVIDER_DISABLES_AUTOCOMMIT,
        Boolean.toString(providerDisablesAutoCommit));
    configuration.addAnnotatedClass(Booking.class);
    factory = configuration.buildSessionFactory();
  }

  @AfterEach
  void close() {
    factory.close();
    database.close();
  }

  private static Boolean onStandby(Session session) {
    return session.createNativeQuery(IN_RECOVERY, Boolean.class).getSingleResult();
  }

  private static long count(Session session) {
    return session
        .createQuery("select count(*) from HibernateIT$Booking", Long.class)
        .getSingleResult();
  }

  private static void insert(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO booking VALUES (1, 'guest')");
    }
  }

  @Test
  void session_readOnly_isOnTheStandby() {
    database.insertAndReplay(1);

    try (Session session = factory.withOptions().readOnly(true).openSession()) {
      session.beginTransaction();
      assertThat(onStandby(session)).isTrue();
      assertThat(session.find(Booking.class, 1L)).isNotNull();
      session.getTransaction().commit();

      session.beginTransaction();
      assertThat(onStandby(session)).as("the second transaction").isTrue();
      session.getTransaction().rollback();
    }
    assertThat(factory.<Boolean>fromTransaction(HibernateIT::onStandby))
        .as("the next session")
        .isFalse();
  }

  @Test
  void session_readOnly_refusesAWrite() {
    try (Session session = factory.withOptions().readOnly(true).openSession()) {
      session.beginTransaction();
      assertThatThrownBy(() -> session.persist(new Booking(1, "guest")))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> session.doWork(HibernateIT::insert))
          .rootCause()
          .isInstanceOfSatisfying(
              SQLException.class,
              refused -> assertThat(refused.getSQLState()).isEqualTo(READ_ONLY_TRANSACTION));
      session.getTransaction().rollback();
    }

    assertThat(database.rows()).isZero();
  }

  @Test
  void session_writes_readsItsWriteOnThePrimary() {
    factory.inTransaction(session -> {
      assertThat(session.find(Booking.class, 1L)).isNull();
      session.persist(new Booking(1, "guest"));
      session.flush();
      assertThat(count(session)).isEqualTo(1);
      assertThat(onStandby(session)).isFalse();
    });

    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void session_severalTransactions_writeAndReadOnThePrimary() {
    try (Session session = factory.openSession()) {
      session.beginTransaction();
      session.persist(new Booking(1, "guest"));
      session.getTransaction().commit();
      session.clear();

      session.beginTransaction();
      assertThat(onStandby(session)).isFalse();
      session.find(Booking.class, 1L).rename("somebody else");
      session.getTransaction().commit();
      session.clear();

      session.beginTransaction();
      assertThat(session.find(Booking.class, 1L).guest).isEqualTo("somebody else");
      session.getTransaction().commit();
    }
    assertThat(database.rows()).isEqualTo(1);
  }

  @Test
  void session_rolledBack_leavesNoRow() {
    try (Session session = factory.openSession()) {
      session.beginTransaction();
      session.persist(new Booking(1, "guest"));
      session.flush();
      session.getTransaction().rollback();
    }
    assertThatThrownBy(() ->
            factory.inTransaction(session -> {
              session.persist(new Booking(2, "guest"));
              session.flush();
              throw new IllegalStateException("application");
            }))
        .hasMessage("application");

    assertThat(database.rows()).isZero();
  }

  @Test
  void session_closedInATransaction_leavesNoRow() {
    try (Session session = factory.openSession()) {
      session.beginTransaction();
      session.persist(new Booking(1, "guest"));
      session.flush();
    }

    assertThat(database.rows()).isZero();
  }

  /** What Spring's JPA dialects do for {@code @Transactional(readOnly = true)}. */
  @Test
  void session_connectionDeclaredReadOnlyForOneTransaction_writesInTheNext() {
    database.insertAndReplay(1);
    try (Session session = factory.openSession()) {
      session.beginTransaction();
      session.doWork(connection -> connection.setReadOnly(true));
      assertThat(onStandby(session)).isTrue();
      assertThat(count(session)).isEqualTo(1);
      session.getTransaction().commit();

      session.beginTransaction();
      session.doWork(connection -> connection.setReadOnly(false));
      assertThat(onStandby(session)).isFalse();
      session.persist(new Booking(2, "guest"));
      session.getTransaction().commit();
    }

    assertThat(database.rows()).isEqualTo(2);
  }

  @Test
  void session_inAReplicaScope_isOnTheStandby() {
    database.insertAndReplay(1);

    ReadIntent.REPLICA.run(() ->
        factory.inTransaction(session -> {
          assertThat(onStandby(session)).isTrue();
          assertThat(count(session)).isEqualTo(1);
        }));
    factory.inTransaction(session -> assertThat(onStandby(session)).isFalse());
  }

  @Test
  void session_streamedOnTheStandby_isClosed() {
    database.insertAndReplay(1);
    database.insertAndReplay(2);
    try (Session session = factory.withOptions().readOnly(true).openSession()) {
      session.beginTransaction();
      try (var bookings =
          session
              .createQuery("from HibernateIT$Booking order by id", Booking.class)
              .setFetchSize(1)
              .getResultStream()) {
        assertThat(bookings.map(booking -> booking.id)).containsExactly(1L, 2L);
      }
      assertThat(onStandby(session)).isTrue();
      session.getTransaction().commit();
    }
  }
}
