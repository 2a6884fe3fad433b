// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.examples.BookingSchema;
import dev.tenfold.examples.InstanceConfig;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import dev.tenfold.testkit.RedisFixture;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The servers of the demo: two shards, each with a primary and a synchronous standby, and Redis. A
 * commit waits until the standby has written the commit to its log, so a promotion loses no booking
 * that was answered.
 */
final class Backends implements AutoCloseable {
  private static final String DATABASE = "bookings";
  private static final List<String> SHARDS = List.of("s0", "s1");

  private final Map<String, PostgresFixture> shards = new LinkedHashMap<>();
  private final Map<String, Roles> roles = new ConcurrentHashMap<>();
  private final RedisFixture redis;

  private Backends() {
    this.redis = RedisFixture.start();
  }

  static Backends start(int userCount) throws SQLException {
    var backends = new Backends();
    try {
      for (String shard : SHARDS) {
        PostgresFixture servers = PostgresFixture.start(1);
        backends.shards.put(shard, servers);
        backends.replicate(shard, new Roles(servers.primary(), servers.standby(0)));
        servers.primary().createDatabase(DATABASE);
        BookingSchema.create(shard, servers.primary().dataSource(DATABASE), userCount);
      }
      return backends;
    } catch (SQLException | RuntimeException failure) {
      backends.close();
      throw failure;
    }
  }

  RedisFixture redis() {
    return redis;
  }

  List<String> shards() {
    return SHARDS;
  }

  /** Returns the server that takes the writes of a shard now. */
  PostgresServer primary(String shard) {
    return roles(shard).primary;
  }

  /** Returns the other server of a shard. */
  PostgresServer standby(String shard) {
    return roles(shard).standby;
  }

  private Roles roles(String shard) {
    Roles found = roles.get(shard);
    if (found == null) {
      throw new IllegalArgumentException("shard " + shard + " is not among " + roles.keySet());
    }
    return found;
  }

  private void replicate(String shard, Roles now) {
    roles.put(shard, now);
    now.primary.set("synchronous_standby_names", now.standby.name());
  }

  /** Returns whether the commits of a shard wait for its standby. */
  boolean isSynchronous(String shard) throws SQLException {
    try (Connection connection = primary(shard).dataSource().getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT sync_state FROM pg_stat_replication WHERE application_name = ?")) {
      select.setString(1, standby(shard).name());
      try (ResultSet row = select.executeQuery()) {
        return row.next() && "sync".equals(row.getString(1));
      }
    }
  }

  /** Promotes the standby of a shard. The shard has no standby until the old primary is rebuilt. */
  void promote(String shard) {
    Roles before = roles(shard);
    before.standby.promote();
    roles.put(shard, before.swapped());
  }

  /** Rebuilds the server that is not the primary of a shard as its synchronous standby. */
  void rebuildStandby(String shard) {
    Roles now = roles(shard);
    now.standby.follow(now.primary);
    replicate(shard, now);
  }

  private record Roles(PostgresServer primary, PostgresServer standby) {
    @SuppressWarnings("ArgumentSelectionDefectChecker") // the swap is the purpose
    Roles swapped() {
      return new Roles(standby, primary);
    }
  }

  Map<String, InstanceConfig.Shard> addresses() {
    Map<String, InstanceConfig.Shard> addresses = new LinkedHashMap<>();
    for (String shard : SHARDS) {
      addresses.put(
          shard,
          new InstanceConfig.Shard(
              primary(shard).jdbcUrl(DATABASE), standby(shard).jdbcUrl(DATABASE)));
    }
    return addresses;
  }

  javax.sql.DataSource open(PostgresServer server) {
    return server.dataSource(DATABASE);
  }

  @Override
  public void close() {
    shards.values().forEach(PostgresFixture::close);
    redis.close();
  }
}
