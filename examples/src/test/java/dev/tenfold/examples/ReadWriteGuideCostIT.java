// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static dev.tenfold.examples.GuideServers.awaitRead;
import static dev.tenfold.examples.GuideServers.ordersOf;
import static dev.tenfold.examples.GuideServers.placeOrder;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.LagProbe;
import dev.tenfold.sharding.jdbc.PostgresLagProbe;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.sharding.jdbc.Tokens;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The cost sheet of the guide: round trips are counted, times are not. */
@Timeout(120)
class ReadWriteGuideCostIT {
  private static final int SCOPES = 16;
  private static GuideServers servers;

  private final AtomicInteger questions = new AtomicInteger();
  private final AtomicInteger toThePrimary = new AtomicInteger();
  private final List<String> settings = new ArrayList<>();
  private final LagProbe counting = counted(new PostgresLagProbe());

  private LagProbe counted(LagProbe real) {
    return statement -> {
      questions.incrementAndGet();
      LagProbe.Reading reading = real.read(statement);
      if (!reading.standby()) {
        toThePrimary.incrementAndGet();
      }
      return reading;
    };
  }

  @BeforeAll
  static void start() {
    servers = new GuideServers(1);
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @AfterEach
  void reset() throws SQLException {
    servers.reset();
  }

  private ReadWriteDataSource.Builder orders(DataSource primary) {
    return ReadWriteDataSource.builder("orders")
        .primary(primary)
        .replica("r1", servers.pool(servers.standby(0)))
        .lagProbe(counting);
  }

  /** Probes never run, so each question is one to a new connection. */
  private ReadWriteDataSource withoutProbes(DataSource primary) {
    return servers.closing(orders(primary).executor(probe -> {}).build());
  }

  @Test
  void binding_aNewConnection_isOneQuestionAndNoneLater() throws SQLException {
    ReadWriteDataSource orders = withoutProbes(servers.pool(servers.primary()));
    orders.getConnection().close();
    assertThat(questions).as("closed unused").hasValue(0);

    placeOrder(orders, 42);
    assertThat(questions).as("a new physical connection").hasValue(1);
    placeOrder(orders, 42);
    orders.openScope().close();
    orders.explain();
    orders.replayedBy(Tokens.JUST_NOW, 1);

    assertThat(questions).as("the same physical connection").hasValue(1);
  }

  @Test
  void captureToken_manyScopesAtOnce_shareTheirQuestion() throws Exception {
    ReadWriteDataSource orders =
        servers.closing(
            orders(servers.pool(servers.primary()))
                .maxStaleness(ofSeconds(3600))
                .probeInterval(ofSeconds(1800))
                .build());
    awaitRead(orders, "r1", Reason.REPLICA);
    var written = new CountDownLatch(SCOPES);
    var captured = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(SCOPES);
    List<Future<String>> tokens = new ArrayList<>();
    for (int i = 0; i < SCOPES; i++) {
      tokens.add(
          threads.submit(() -> {
            try (ConsistencyScope scope = orders.openScope()) {
              placeOrder(orders, 42);
              written.countDown();
              captured.await();
              scope.wrote(); // so that no answer is there yet
              return scope.captureToken();
            }
          }));
    }
    written.await();
    int before = toThePrimary.get();
    long began = TimeSource.system().nanoTime();
    captured.countDown();
    for (Future<String> token : tokens) {
      assertThat(token.get()).isNotEqualTo(Tokens.JUST_NOW);
    }
    long gaps = (TimeSource.system().nanoTime() - began) / 5_000_000;
    threads.shutdown();

    int asked = toThePrimary.get() - before;
    assertThat(asked)
        .as("one in flight, one that follows, 5 ms apart")
        .isBetween(1, (int) gaps + 3);
  }

  @Test
  void readOnly_onThePrimaryInAutoCommit_isTwoStatementsMore() throws SQLException {
    ReadWriteDataSource orders = withoutProbes(watched(servers.pool(servers.primary())));
    ReadIntent.PRIMARY.run(() -> {
      ordersOf(orders.readOnly(), 42);
      assertThat(settings)
          .containsExactly(
              "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
              "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE");
      settings.clear();
      try (Connection connection = orders.readOnly().getConnection()) {
        connection.setAutoCommit(false);
        ordersOf(connection, 42);
        connection.commit();
      }
      ordersOf(orders, 42);
    });
    assertThat(settings).as("in a transaction, or not read-only").isEmpty();
  }

  /** Notes what is executed by statements that are not prepared, questions excepted. */
  private DataSource watched(HikariDataSource pool) {
    return proxy(DataSource.class, pool, "getConnection", this::watched);
  }

  private Object watched(Object connection, Object[] arguments) {
    return proxy(
        Connection.class,
        (Connection) connection,
        "createStatement",
        (made, none) ->
            proxy(
                Statement.class,
                (Statement) made,
                "execute",
                (result, sql) -> {
                  settings.add((String) sql[0]);
                  return result;
                }));
  }

  private interface Change {
    Object of(Object result, Object[] arguments);
  }

  /** Passes every call on, and changes the result of one method. */
  private static <T> T proxy(Class<T> type, T target, String method, Change change) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, called, arguments) -> {
              try {
                Object result = called.invoke(target, arguments);
                return called.getName().equals(method) ? change.of(result, arguments) : result;
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            }));
  }
}
