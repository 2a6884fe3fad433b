// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.testkit.Await;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Collects the evidence after the drain from the databases, the provider and the clients. */
final class EvidenceCollector {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String ROWS =
      "SELECT id, request_key, user_id, amount_cents, status FROM bookings";
  private static final String CHECKSUM =
      "SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(id || status, ',' ORDER BY id)), '')"
          + " FROM bookings";
  private static final String BYTES =
      "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
          + " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";

  private final Backends backends;
  private final PaymentProvider payments;
  private final TrafficCounters counters;
  private final TopologyRollout rollout;
  private final Supplier<Map<String, Map<String, Double>>> instances;
  private Map<String, Long> held = Map.of("drain", 1L);

  EvidenceCollector(
      Backends backends,
      PaymentProvider payments,
      TrafficCounters counters,
      TopologyRollout rollout,
      Supplier<Map<String, Map<String, Double>>> instances) {
    this.backends = backends;
    this.payments = payments;
    this.counters = counters;
    this.rollout = rollout;
    this.instances = instances;
  }

  /** Waits, for a limited time, until no permit is held and no request is open. */
  void drain() {
    await("everything is answered", this::nothingHeld);
    await(
        "the standbys have caught up",
        () ->
            standbys().stream()
                .allMatch(standby -> standby.primaryChecksum().equals(standby.standbyChecksum())));
  }

  private boolean nothingHeld() {
    held = held();
    return held.values().stream().allMatch(count -> count == 0);
  }

  private static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
    try {
      Await.until(what, TIMEOUT, condition);
    } catch (AssertionError | RuntimeException stillNot) {
      // Not an error here: the promise check reports the counters that are not zero.
    }
  }

  Evidence collect(
      LoadGenerator traffic,
      Freshness freshness,
      Takeover takeover,
      Map<String, String> faultTraces)
      throws SQLException, IOException {
    List<Evidence.Row> rows = new ArrayList<>();
    Map<Long, Long> versions = new HashMap<>();
    Map<String, Long> bytes = new HashMap<>();
    for (String shard : backends.shards()) {
      DataSource primary = backends.open(backends.primary(shard));
      each(
          primary,
          ROWS,
          row ->
              rows.add(
                  new Evidence.Row(
                      shard,
                      row.getString(1),
                      row.getString(2),
                      row.getLong(3),
                      row.getLong(4),
                      row.getString(5))));
      each(
          primary,
          "SELECT id, bookings FROM users",
          row -> versions.put(row.getLong(1), row.getLong(2)));
      each(primary, BYTES, row -> bytes.put(shard, row.getLong(1)));
    }
    return new Evidence(
        List.copyOf(traffic.answers()),
        counters.repeats.sum(),
        rows,
        versions,
        rollout.evidence(),
        rollout.home(),
        bytes,
        payments.charges(),
        payments.repeated(),
        standbys(),
        List.of(
            freshness.own().evidence(),
            freshness.others().evidence(),
            freshness.cached().evidence()),
        takeover,
        held,
        faultTraces);
  }

  private List<Evidence.Standby> standbys() throws SQLException {
    List<Evidence.Standby> standbys = new ArrayList<>();
    for (String shard : backends.shards()) {
      standbys.add(
          new Evidence.Standby(
              "standby of " + shard,
              text(backends.open(backends.primary(shard))),
              text(backends.open(backends.standby(shard)))));
    }
    return standbys;
  }

  private Map<String, Long> held() {
    Map<String, Long> held = new TreeMap<>();
    held.put("unanswered requests", counters.pending.get());
    held.put("unanswered bookings", counters.pendingBookings.get());
    held.put("charges in progress", payments.inProgress());
    Map<String, Map<String, Double>> signals = instances.get();
    held.put("instances that do not answer", Math.max(0L, Evidence.INSTANCES - signals.size()));
    signals.forEach((instance, values) ->
        values.forEach((name, value) -> {
          if (name.startsWith("held.") || name.startsWith("waiting.")) {
            held.put(instance + " " + name, Math.round(value));
          }
        }));
    return held;
  }

  private static String text(DataSource source) throws SQLException {
    StringBuilder text = new StringBuilder();
    each(source, CHECKSUM, row -> text.append(row.getString(1)));
    return text.toString();
  }

  private static void each(DataSource source, String sql, RowHandler handler) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        handler.row(rows);
      }
    }
  }

  /** Handles one row. */
  @FunctionalInterface
  private interface RowHandler {
    void row(ResultSet row) throws SQLException;
  }
}
