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
import dev.tenfold.idempotency.IdempotentOperation;
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
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.ShardedDataSource;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.RedisFixture;
import io.lettuce.core.RedisClient;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The README's examples, on real servers. */
class ReadmeExampleIT {
  record User(long id, String name) {}

  record Order(String id, long user) {}

  @Test
  void example_onRealServers_doesWhatTheReadmeSays() throws Exception {
    try (PostgresFixture first = PostgresFixture.start(1);
        PostgresFixture second = PostgresFixture.start(0)) {
      RedisClient redis = RedisLink.prepare(RedisClient.create(RedisFixture.shared().uri()));
      createTables(first, "Augusta");
      createTables(second, "Ada");
      try {
        run(
            first.primary().dataSource(),
            first.standby(0).dataSource(),
            second.primary().dataSource(),
            redis);
      } finally {
        redis.shutdown();
      }
    }
  }

  private static void run(
      DataSource primary0, DataSource standby0, DataSource primary1, RedisClient redis)
      throws Exception {
    PaymentProvider provider = new PaymentProvider();
    String cookie = null;

    var charges =
        Pipeline.of(
            "charges",
            Retry.builder("charges").maxAttempts(4).build(),
            CircuitBreaker.builder("charges").failureRate(0.5).build(),
            Bulkhead.builder("charges", 32).build(),
            Timeout.of(ofSeconds(1)));

    // The provider charges once per key, so a call may be repeated.
    String receipt = charges.call(() -> provider.charge("order-1", 4200));

    var s0 =
        ReadWriteDataSource.builder("s0")
            .primary(primary0)
            .candidate("r1", standby0) // takes over the writes if it is promoted
            .maxStaleness(ofSeconds(10))
            .build();
    User renamed;
    try (ConsistencyScope scope = s0.openScope(cookie)) { // null: no token yet
      rename(s0, 42L, "Ada"); // on the primary
      renamed = findUser(s0.readOnly(), 42L); // "Ada", from the standby once it has the change
      cookie = scope.captureToken();
    }

    Map<ShardId, DataSource> dataSources =
        Map.of(new ShardId("s0"), s0, new ShardId("s1"), primary1);
    var topology = Topology.builder("users").shard("s0", 1000).shard("s1", 1000).build();
    var router = ShardRouter.of(TopologySource.of(topology));
    var shards = ShardedDataSource.builder(router, dataSources::get).build();

    var redisStore = RedisStore.of(redis); // connects, and throws if Redis cannot be reached
    var users =
        TieredCache.<Long, User>builder("users")
            .memory(m -> m.maxEntries(10_000).ttl(ofSeconds(60)))
            .remote(redisStore)
            .ttl(ofMinutes(10))
            .codec(JacksonCodec.of(User.class))
            .loader(id -> findUser(shards.forKey(id), id))
            .build();

    User user = users.get(42L); // null if there is no such user; also while Redis is down

    // Once per database, at the start of the application. createSchema() creates the table.
    Map<ShardId, JdbcIdempotencyStore> stores = new HashMap<>();
    Map<ShardId, IdempotentOperation<Order>> operations = new HashMap<>();
    for (ShardId shard : router.shards()) {
      var store = JdbcIdempotencyStore.postgres(dataSources.get(shard));
      store.createSchema();
      stores.put(shard, store);
      operations.put(
          shard,
          Idempotency.builder(store).build().operation("order", JacksonCodec.of(Order.class)));
    }

    IdempotentResult<Order> result;
    ShardId shard = router.route(42L);
    try (var connection = dataSources.get(shard).getConnection()) {
      connection.setAutoCommit(false);
      var key = IdempotencyKey.of("tenant-1", "request-7");
      var body = Fingerprint.of("order-1 for 42".getBytes(StandardCharsets.UTF_8));
      try {
        result =
            operations
                .get(shard)
                .executeInTransaction(
                    connection, key, body, tx -> insert(tx.connection(), new Order("order-1", 42)));
        connection.commit();
      } catch (Exception failed) {
        connection.rollback();
        throw failed;
      }
    }
    String answer =
        result.fold(
            executed -> "201 " + executed.value(),
            replayed -> "201 " + replayed.value(),
            inFlight -> "409",
            mismatch -> "422");

    assertThat(answer).isEqualTo("201 Order[id=order-1, user=42]");
    assertThat(user).isEqualTo(new User(42, "Ada"));
    assertThat(renamed).isEqualTo(new User(42, "Ada"));
    assertThat(cookie).matches("[A-Za-z0-9_-]+");
    assertThat(receipt).isEqualTo("receipt of order-1");
    try (var connection = dataSources.get(shard).getConnection()) {
      connection.setAutoCommit(false);
      var key = IdempotencyKey.of("tenant-1", "request-7");
      var body = Fingerprint.of("order-1 for 42".getBytes(StandardCharsets.UTF_8));
      assertThat(
              operations
                  .get(shard)
                  .executeInTransaction(
                      connection, key, body, tx -> insert(tx.connection(), new Order("x", 42))))
          .isEqualTo(new IdempotentResult.Replayed<>(new Order("order-1", 42)));
    }

    users.close();
    redisStore.close();
    s0.close();
  }

  /** Stands for the application's own client. */
  private static final class PaymentProvider {
    String charge(String key, long cents) {
      assertThat(cents).isPositive();
      return "receipt of " + key;
    }
  }

  @Test
  void readme_everyJavaBlock_isInThisFile() throws Exception {
    assertThat(new Guide(Guide.repository("README.md")).blocksThatNobodyCompiles()).isEmpty();
  }

  private static void createTables(PostgresFixture fixture, String name) throws SQLException {
    try (Connection connection = fixture.primary().dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE users (id BIGINT PRIMARY KEY, name TEXT NOT NULL)");
      statement.execute("CREATE TABLE orders (id TEXT PRIMARY KEY, user_id BIGINT NOT NULL)");
      statement.execute("INSERT INTO users VALUES (42, '" + name + "')");
    }
  }

  private static void rename(DataSource shard, long id, String name) throws SQLException {
    try (Connection connection = shard.getConnection();
        var statement = connection.prepareStatement("UPDATE users SET name = ? WHERE id = ?")) {
      statement.setString(1, name);
      statement.setLong(2, id);
      statement.executeUpdate();
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

  private static Order insert(Connection connection, Order order) throws SQLException {
    try (var statement = connection.prepareStatement("INSERT INTO orders VALUES (?, ?)")) {
      statement.setString(1, order.id());
      statement.setLong(2, order.user());
      statement.executeUpdate();
      return order;
    }
  }
}
