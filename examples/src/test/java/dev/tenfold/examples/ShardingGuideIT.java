// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.Pin;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyException;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.TopologyWatch;
import dev.tenfold.sharding.jdbc.ShardedDataSource;
import dev.tenfold.sharding.jdbc.TopologyTable;
import dev.tenfold.testkit.PostgresFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's examples that need databases: one per shard, on one server. */
@Timeout(120)
class ShardingGuideIT {
  private static final int USERS = 40;
  private static final String TABLES =
      """
      DROP TABLE IF EXISTS orders, user_of_email;
      CREATE TABLE orders (
        user_id bigint NOT NULL,
        number bigint NOT NULL,
        slot integer NOT NULL,
        PRIMARY KEY (user_id, number));
      CREATE INDEX orders_of_slot ON orders (slot);
      CREATE TABLE user_of_email (
        email text PRIMARY KEY,
        user_id bigint NOT NULL);
      """;

  private final Map<ShardId, DataSource> databases = new HashMap<>();
  private final Executor executor = ForkJoinPool.commonPool();

  @BeforeEach
  void createDatabases() throws SQLException {
    var server = PostgresFixture.shared().primary();
    for (String shard : List.of("s0", "s1", "s2", "s3")) {
      String database = "sharding_guide_" + shard;
      if (!exists(server.dataSource(), database)) {
        server.createDatabase(database);
      }
      DataSource source = server.dataSource(database);
      execute(source, TABLES);
      databases.put(new ShardId(shard), source);
    }
  }

  private static boolean exists(DataSource source, String database) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
      select.setString(1, database);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  private static void execute(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void insert(Connection connection, OrderId order, int slot) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO orders VALUES (?, ?, ?)")) {
      insert.setLong(1, order.user());
      insert.setLong(2, order.number());
      insert.setInt(3, slot);
      insert.executeUpdate();
    }
  }

  private static List<OrderId> load(DataSource shard, List<Long> users) {
    try (Connection connection = shard.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT user_id, number FROM orders WHERE user_id = ANY (?)")) {
      select.setArray(1, connection.createArrayOf("bigint", users.toArray()));
      List<OrderId> orders = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          orders.add(new OrderId(rows.getLong(1), rows.getLong(2)));
        }
      }
      return orders;
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static void claim(DataSource index, String email, long user) throws SQLException {
    try (Connection connection = index.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO user_of_email VALUES (?, ?)")) {
      insert.setString(1, email);
      insert.setLong(2, user);
      insert.executeUpdate();
    }
  }

  private static long find(DataSource index, String email) throws SQLException {
    try (Connection connection = index.getConnection();
        PreparedStatement select =
            connection.prepareStatement("SELECT user_id FROM user_of_email WHERE email = ?")) {
      select.setString(1, email);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private ShardRouter book(long userId) throws SQLException {
    return book(userId, database("s0"), database("s1"), database("s2"));
  }

  private DataSource database(String shard) {
    return databases.get(new ShardId(shard));
  }

  private static ShardRouter book(long userId, DataSource s0, DataSource s1, DataSource s2)
      throws SQLException {
    Map<ShardId, DataSource> dataSources =
        Map.of(new ShardId("s0"), s0, new ShardId("s1"), s1, new ShardId("s2"), s2);
    var topology =
        Topology.builder("orders")
            .slots(4096) // fixed for the life of the data
            .shard("s0", 1000)
            .shard("s1", 1000)
            .shard("s2", 2000) // a machine of twice the size: twice the slots
            .build();
    var router = ShardRouter.of(TopologySource.of(topology));
    var orders = ShardedDataSource.builder(router, dataSources::get).build();
    try (Connection connection = orders.forKey(userId).getConnection()) {
      insert(connection, new OrderId(userId, 1), router.explain(userId).slot());
    }
    return router;
  }

  @Test
  void smallestExample_anyUser_storesInTheShardThatTheRouterNames() throws SQLException {
    ShardRouter router = book(42);

    assertThat(load(databases.get(router.route(42)), List.of(42L)))
        .containsExactly(new OrderId(42, 1));
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(
            () -> ShardedDataSource.builder(router, databases::get).build().getConnection());
  }

  @Test
  void smallestExample_poolsByTextInsteadOfShardId_refusesEveryKey() throws SQLException {
    ShardRouter router = book(42);
    Map<String, DataSource> byText = Map.of("s0", database("s0"), "s1", database("s1"));
    var orders = ShardedDataSource.builder(router, byText::get).build();

    for (long key = 0; key < USERS; key++) {
      long userId = key;
      assertThatIllegalStateException()
          .isThrownBy(() -> orders.forKey(userId))
          .withMessageStartingWith("shard " + router.route(userId) + " has no data source");
    }
  }

  @Test
  void bytesOfSlot_askedOfEachShard_weighADryRun() throws SQLException, IOException {
    String sql = "SELECT slot, sum(pg_column_size(orders.*)) FROM orders GROUP BY slot";
    assertThat(Guide.of("sharding.md").text()).contains("`" + sql + "`");
    ShardRouter router = book(1_000);
    for (long user = 0; user < USERS; user++) {
      book(user);
    }

    Map<Integer, Long> bytes = new HashMap<>();
    for (ShardId shard : router.shards()) {
      try (Connection connection = databases.get(shard).getConnection();
          Statement select = connection.createStatement();
          ResultSet rows = select.executeQuery(sql)) {
        while (rows.next()) {
          bytes.put(rows.getInt(1), rows.getLong(2));
        }
      }
    }

    Topology next = router.topology().evolve().add("s3", 1000).build();
    MigrationPlan plan = MigrationPlan.between(router.topology(), next);
    assertThat(bytes).containsKey(router.explain(1_000).slot());
    assertThat(plan.estimatedBytes(move -> bytes.getOrDefault(move.slot(), 0L)))
        .isGreaterThan(0)
        .isLessThan(bytes.values().stream().mapToLong(Long::longValue).sum());
  }

  @Test
  void scatter_usersOfAllShards_gathersEveryOrder() throws SQLException {
    List<Long> userIds = LongStream.range(0, USERS).boxed().toList();
    ShardRouter router = book(USERS);
    for (long user : userIds) {
      book(user);
    }

    Map<ShardId, DataSource> dataSources = databases;
    Map<ShardId, List<Long>> byShard = router.group(userIds); // all by one topology
    List<CompletableFuture<List<OrderId>>> asked =
        byShard.entrySet().stream()
            .map(part ->
                CompletableFuture.supplyAsync(
                    () -> load(dataSources.get(part.getKey()), part.getValue()), executor))
            .toList();
    List<OrderId> found = asked.stream().flatMap(answer -> answer.join().stream()).toList();

    assertThat(byShard).hasSize(3);
    assertThat(found).extracting(OrderId::user).containsExactlyInAnyOrderElementsOf(userIds);
  }

  @Test
  void email_claimedTwice_isRefusedWhereverItsUsersLive() throws SQLException {
    long userId = 42;
    String typed = " Ada@Example.org";
    var shards = ShardedDataSource.builder(book(userId), databases::get).build();

    String email = typed.strip().toLowerCase(Locale.ROOT); // one spelling
    claim(shards.forKey(email), email, userId); // INSERT: the primary key refuses the second
    long known = find(shards.forKey(email), email); // later: who is that?

    assertThat(load(shards.forKey(known), List.of(known))).hasSize(1);
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> claim(shards.forKey(email), email, 43))
        .satisfies(taken -> assertThat(taken.getSQLState()).isEqualTo("23505"));
  }

  @Test
  void table_twoOperatorsOfOneVersion_oneOfThemPublishes() throws SQLException {
    DataSource dataSource = database("s0");
    execute(dataSource, "DROP TABLE IF EXISTS tenfold_topology");
    Topology topology = Topology.builder("orders").shard("s0", 1000).build();

    var table = TopologyTable.postgres(dataSource, "orders");
    table.createSchema(); // or table.ddl() as a migration
    table.publish(topology);
    table.publish(Topology.parse(table.load()).evolve().add("s4", 1000).build());

    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> table.publish(topology.evolve().add("s5", 1000).build()));
    Topology stranger = Topology.builder("orders").shard("s4", 1000).shard("s6", 1000).build();
    Topology second = stranger.evolve().add("s0", 1000).build();
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> table.publish(second.evolve().add("s5", 1000).build()));
    try (var watch = TopologyWatch.builder(table).build()) {
      assertThat(watch.current().shards()).contains(new ShardId("s4"));
    }
  }

  /** The guide's steps, without writers. */
  @Test
  void plan_carriedOutByHand_leavesEveryRowWhereTheNextVersionLooks() throws SQLException {
    ShardRouter before = book(1_000);
    for (long user = 0; user < USERS; user++) {
      book(user);
    }
    Topology v7 = before.topology();
    Topology v8 = v7.evolve().add("s3", 1000).pin(7, "s0").pin(1_000, "s3").build();
    MigrationPlan plan = MigrationPlan.between(v7, v8);
    ShardRouter after = ShardRouter.of(TopologySource.of(v8));

    List<Long> pinned =
        Stream.of(v7, v8).flatMap(v -> v.pins().stream()).map(pin -> userOf(pin)).toList();
    for (MigrationPlan.SlotMove move : plan.moves()) {
      copySlot(move, pinned); // WHERE slot = ? AND user_id <> ALL (?)
    }
    for (MigrationPlan.PinMove move : plan.pinMoves()) {
      copyUser(move, userOf(move.pin())); // WHERE user_id = ?
    }

    for (long user = 0; user < USERS; user++) {
      assertThat(load(databases.get(after.route(user)), List.of(user))).hasSize(1);
    }
    assertThat(load(database("s3"), List.of(1_000L))).hasSize(1);
    assertThat(load(database("s0"), List.of(7L))).hasSize(1);
    assertThat(pinned).containsExactlyInAnyOrder(7L, 1_000L);
  }

  static long userOf(Pin pin) {
    return ByteBuffer.wrap(pin.canonical()).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private void copySlot(MigrationPlan.SlotMove move, List<Long> pinned) throws SQLException {
    try (Connection source = databases.get(move.from()).getConnection();
        PreparedStatement select =
            source.prepareStatement("SELECT * FROM orders WHERE slot = ? AND user_id <> ALL (?)")) {
      select.setInt(1, move.slot());
      select.setArray(2, source.createArrayOf("bigint", pinned.toArray()));
      copy(select, databases.get(move.to()));
    }
  }

  private void copyUser(MigrationPlan.PinMove move, long user) throws SQLException {
    try (Connection source = databases.get(move.from()).getConnection();
        PreparedStatement select =
            source.prepareStatement("SELECT * FROM orders WHERE user_id = ?")) {
      select.setLong(1, user);
      copy(select, databases.get(move.to()));
    }
  }

  private static void copy(PreparedStatement select, DataSource to) throws SQLException {
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        try (Connection target = to.getConnection()) {
          insert(target, new OrderId(rows.getLong(1), rows.getLong(2)), rows.getInt(3));
        }
      }
    }
  }
}
