// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.cache.TieredCache;
import dev.tenfold.cache.redis.RedisStore;
import dev.tenfold.core.jackson.JacksonCodec;
import dev.tenfold.core.redis.RedisLink;
import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.Idempotency;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.IdempotentResult;
import dev.tenfold.idempotency.jdbc.JdbcIdempotencyStore;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.Timeout;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.ShardedDataSource;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.RedisFixture;
import io.lettuce.core.RedisClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The README's example, which stands here between the markers, on real servers. */
class ReadmeExampleIT {
  record User(long id, String name) {}

  record Order(String id, long user) {}

  @Test
  void example_onRealServers_doesWhatTheReadmeSays() throws SQLException {
    try (PostgresFixture first = PostgresFixture.start(1);
        PostgresFixture second = PostgresFixture.start(1);
        var s0 = splitting("s0", first);
        var s1 = splitting("s1", second)) {
      RedisClient redis = RedisLink.prepare(RedisClient.create(RedisFixture.shared().uri()));
      createTables(first);
      createTables(second);
      JdbcIdempotencyStore.postgres(first.primary().dataSource()).createSchema();
      JdbcIdempotencyStore.postgres(second.primary().dataSource()).createSchema();
      try {
        run(s0, s1, redis);
      } finally {
        redis.shutdown();
      }
    }
  }

  private static void run(DataSource s0, DataSource s1, RedisClient redis) throws SQLException {
    // README: begin
    // A key finds its shard; within the shard, declared reads may go to a standby.
    Map<ShardId, DataSource> dataSources = Map.of(new ShardId("s0"), s0, new ShardId("s1"), s1);
    var topology = Topology.builder("users").shard("s0", 1000).shard("s1", 1000).build();
    var router = ShardRouter.of(TopologySource.of(topology));
    var shards = ShardedDataSource.builder(router, dataSources::get).build();

    // Memory, then Redis, then the database; one load per key at a time.
    var users =
        TieredCache.<Long, User>builder("users")
            .memory(m -> m.maxEntries(10_000).ttl(ofSeconds(60)))
            .remote(RedisStore.of(redis))
            .ttl(ofMinutes(10))
            .codec(JacksonCodec.of(User.class))
            .loader(id -> findUser(shards.forKey(id), id))
            .build();
    User user = users.get(42L);

    // The first policy is the outermost; a composition that makes no sense is refused.
    var payments =
        Pipeline.of(
            "payments",
            Retry.builder("payments").maxAttempts(4).build(),
            CircuitBreaker.builder("payments").failureRate(0.5).build(),
            Bulkhead.builder("payments", 32).build(),
            Timeout.of(ofSeconds(1)));
    String receipt = payments.call(() -> charge(user, "order-1"));

    // The effect and the record of its key commit together: a repeated request gets the answer.
    var orders =
        Idempotency.builder(JdbcIdempotencyStore.postgres(shards.forKey(42L)))
            .build()
            .operation("order", JacksonCodec.of(Order.class));
    try (var connection = shards.forKey(42L).getConnection()) {
      connection.setAutoCommit(false);
      var key = IdempotencyKey.of("tenant-1", "request-7");
      var body = Fingerprint.of("order-1 for 42".getBytes(StandardCharsets.UTF_8));
      var result =
          orders.executeInTransaction(
              connection, key, body, tx -> insert(tx.connection(), new Order("order-1", 42)));
      connection.commit();
      // README: end
      assertThat(result).isInstanceOf(IdempotentResult.Executed.class);
      assertThat(
              orders.executeInTransaction(
                  connection, key, body, tx -> insert(tx.connection(), new Order("other", 42))))
          .isInstanceOf(IdempotentResult.Replayed.class);
      connection.rollback();
    }
    assertThat(user).isEqualTo(new User(42, "Ada"));
    assertThat(receipt).isEqualTo("Ada pays order-1");
    users.close();
  }

  @Test
  void readme_example_isTheOneThatRan() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    Path repository = Files.exists(root.resolve("README.md")) ? root : root.getParent();
    String source =
        Files.readString(
            repository.resolve("examples/src/test/java/dev/tenfold/examples/ReadmeExampleIT.java"));
    String region =
        source.substring(
            source.indexOf("// README: begin\n") + "// README: begin\n".length(),
            source.indexOf("      // README: end\n"));

    assertThat(Files.readString(repository.resolve("README.md")))
        .contains("```java\n" + region.stripTrailing().stripIndent() + "\n}\n```");
  }

  private static ReadWriteDataSource splitting(String name, PostgresFixture fixture) {
    return ReadWriteDataSource.builder(name)
        .primary(fixture.primary().dataSource())
        .replica("r1", fixture.standby(0).dataSource())
        .maxStaleness(ofSeconds(10))
        .build();
  }

  private static void createTables(PostgresFixture fixture) throws SQLException {
    try (Connection connection = fixture.primary().dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE users (id BIGINT PRIMARY KEY, name TEXT NOT NULL)");
      statement.execute("CREATE TABLE orders (id TEXT PRIMARY KEY, user_id BIGINT NOT NULL)");
      statement.execute("INSERT INTO users VALUES (42, 'Ada')");
    }
  }

  private static User findUser(DataSource shard, long id) throws SQLException {
    try (Connection connection = shard.getConnection()) {
      connection.setReadOnly(true);
      try (var statement = connection.prepareStatement("SELECT name FROM users WHERE id = ?")) {
        statement.setLong(1, id);
        try (var row = statement.executeQuery()) {
          return row.next() ? new User(id, row.getString(1)) : null;
        }
      }
    }
  }

  private static String charge(User user, String order) {
    return user.name() + " pays " + order;
  }

  private static Order insert(Connection connection, Order order) throws SQLException {
    try (var statement = connection.prepareStatement("INSERT INTO orders VALUES (?, ?)")) {
      statement.setString(1, order.id());
      statement.setLong(2, order.user());
      statement.executeUpdate();
      return order;
    }
  }
}
