// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.examples.BookingSchema;
import dev.tenfold.examples.InstanceConfig;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import dev.tenfold.testkit.RedisFixture;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The servers of the demo: two shards, each with a primary and a standby, and Redis. */
final class Backends implements AutoCloseable {
  private static final String DATABASE = "bookings";
  private static final List<String> SHARDS = List.of("s0", "s1");

  private final Map<String, PostgresFixture> shards = new LinkedHashMap<>();
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

  PostgresServer primary(String shard) {
    return fixture(shard).primary();
  }

  PostgresServer standby(String shard) {
    return fixture(shard).standby(0);
  }

  private PostgresFixture fixture(String shard) {
    PostgresFixture fixture = shards.get(shard);
    if (fixture == null) {
      throw new IllegalArgumentException("shard " + shard + " is not among " + shards.keySet());
    }
    return fixture;
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
