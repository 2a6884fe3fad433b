// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.history.Event.Promoted;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.FaultProxy;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Faults of servers, connections and clients, one at a time, in a random order. */
final class Nemeses {
  private static final String FAIL_OVER = "kill and promote";
  private static final Duration CATCH_UP = Duration.ofSeconds(30);

  private final List<PostgresServer> servers;
  private final List<FaultProxy> proxies;
  private final List<WorkerProcess> clients;
  private final Random random;
  private final History history;
  private final HistoryFigures figures;
  private final Map<String, Nemesis> all = new LinkedHashMap<>();
  private PostgresServer primary;

  /** Breaks something, lets some time pass, and mends it. */
  interface Nemesis {
    void strike() throws Exception;
  }

  Nemeses(
      PostgresFixture postgres,
      List<FaultProxy> proxies,
      List<WorkerProcess> clients,
      Random random,
      History history,
      HistoryFigures figures) {
    this.servers = new ArrayList<>(postgres.standbys());
    this.servers.add(postgres.primary());
    this.primary = postgres.primary();
    this.proxies = proxies;
    this.clients = clients;
    this.random = random;
    this.history = history;
    this.figures = figures;
    all.put("replay paused", this::pauseReplay);
    all.put("standby cut from its primary", this::cutReceiver);
    all.put("SIGSTOP of a standby", () -> stop(standby()));
    all.put("SIGSTOP of the primary", () -> stop(primary));
    all.put("SIGSTOP of a client", this::stopClient);
    all.put("kill -9 of a backend of a standby", () -> killBackend(standby()));
    all.put("kill -9 of a backend of the primary", () -> killBackend(primary));
    all.put("kill -9 of a standby", this::killStandby);
    all.put("half-open connections", this::stallConnections);
    all.put("connections reset", this::cutConnections);
    all.put("quorum-synchronous standbys, one stopped", this::stopOneOfAQuorum);
    all.put("synchronous standby stopped", this::stopSynchronousStandby);
  }

  /**
   * Strikes until a moment: each nemesis once, in a new order, again and again. A failover is the
   * last of them, because nobody serves reads but the primary until the others are rebuilt.
   */
  void strikeUntil(long untilNanos) throws Exception {
    pass(1000, 2000);
    while (true) {
      List<String> names = new ArrayList<>(all.keySet());
      Collections.shuffle(names, random);
      names.add(FAIL_OVER);
      for (String name : names) {
        if (TimeSource.system().nanoTime() >= untilNanos) {
          return;
        }
        clients.forEach(WorkerProcess::requireAlive);
        if (name.equals(FAIL_OVER)) {
          failOver();
        } else {
          all.get(name).strike();
        }
        figures.nemesis(name);
        pass(200, 600);
      }
    }
  }

  private void pass(int minMillis, int maxMillis) {
    long millis = minMillis + random.nextInt(maxMillis - minMillis);
    long until = TimeSource.system().nanoTime() + millis * 1_000_000;
    Await.until(
        "some time has passed",
        Duration.ofMinutes(1),
        () -> TimeSource.system().nanoTime() >= until);
  }

  private List<PostgresServer> standbys() {
    return servers.stream().filter(server -> server != primary).toList();
  }

  private PostgresServer standby() {
    return standbys().get(random.nextInt(servers.size() - 1));
  }

  private void pauseReplay() {
    PostgresServer standby = standby();
    standby.pauseReplay();
    pass(400, 1500);
    standby.resumeReplay();
  }

  private void cutReceiver() {
    PostgresServer standby = standby();
    standby.stopReceiving();
    pass(400, 1500);
    standby.startReceiving();
  }

  private void stop(PostgresServer server) {
    server.pause();
    pass(300, 2000);
    server.resume();
  }

  private void stopClient() throws Exception {
    WorkerProcess client = clients.get(random.nextInt(clients.size()));
    client.signal("STOP");
    pass(200, 1500);
    client.signal("CONT");
  }

  private void killBackend(PostgresServer server) {
    Await.until(
        "a backend of " + server + " is killed",
        CATCH_UP,
        () -> {
          String session =
              ask(
                  server,
                  "select max(pid) from pg_stat_activity where backend_type = 'client backend'"
                      + " and pid <> pg_backend_pid()");
          if (session == null) {
            return false; // the clients have not come back yet
          }
          server.killBackend(Integer.parseInt(session));
          return true;
        });
    pass(200, 500);
  }

  private void killStandby() {
    PostgresServer standby = standby();
    standby.kill();
    pass(200, 800);
    standby.restart();
  }

  private void stallConnections() {
    FaultProxy proxy = proxies.get(random.nextInt(proxies.size()));
    proxy.stall();
    pass(300, 4000);
    proxy.heal();
  }

  private void cutConnections() {
    FaultProxy proxy = proxies.get(random.nextInt(proxies.size()));
    proxy.cut();
    pass(200, 800);
    proxy.heal();
  }

  private String names(List<PostgresServer> some) {
    return some.stream().map(PostgresServer::name).collect(Collectors.joining(", "));
  }

  private void stopOneOfAQuorum() {
    PostgresServer standby = standby();
    primary.set("synchronous_standby_names", "ANY 1 (" + names(standbys()) + ")");
    standby.pause();
    pass(400, 1500);
    standby.resume();
    primary.reset("synchronous_standby_names");
  }

  /** Commits wait, while the other standby shows them and the primary does not. */
  private void stopSynchronousStandby() {
    PostgresServer standby = standby();
    primary.set("synchronous_standby_names", standby.name());
    standby.pause();
    pass(400, 1500);
    standby.resume();
    primary.reset("synchronous_standby_names");
  }

  /** Loses no acknowledged transaction: commits wait for a standby before the primary dies. */
  private void failOver() throws SQLException {
    PostgresServer old = primary;
    List<PostgresServer> candidates = standbys();
    old.set("synchronous_standby_names", "ANY 1 (" + names(candidates) + ")");
    awaitReplicated(old, candidates.size());
    pass(300, 800);
    old.kill();
    pass(1, 500);
    PostgresServer next = furthest(candidates);
    next.promote();
    primary = next;
    history.accept(
        new Promoted(TimeSource.system().nanoTime(), Registers.versions(next.dataSource())));
    pass(500, 1500);
    for (PostgresServer server : standbys()) {
      server.follow(next);
    }
    awaitReplicated(next, candidates.size());
    pass(2000, 3000);
  }

  private static void awaitReplicated(PostgresServer from, int standbys) throws SQLException {
    String position = ask(from, "select pg_current_wal_insert_lsn()");
    Await.until(
        "the standbys have the log of " + from,
        CATCH_UP,
        () ->
            ask(
                    from,
                    "select count(*) from pg_stat_replication where flush_lsn >= '"
                        + position
                        + "'")
                .equals("" + standbys));
  }

  private static PostgresServer furthest(List<PostgresServer> candidates) throws SQLException {
    PostgresServer furthest = null;
    long most = -1;
    for (PostgresServer candidate : candidates) {
      long received = Long.parseLong(ask(candidate, "select pg_last_wal_receive_lsn() - '0/0'"));
      if (received > most) {
        most = received;
        furthest = candidate;
      }
    }
    return furthest;
  }

  private static @Nullable String ask(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
