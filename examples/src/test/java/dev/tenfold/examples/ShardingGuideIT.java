// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.sharding.MigrationPlan;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyException;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.sharding.TopologyWatch;
import dev.tenfold.sharding.jdbc.ShardedDataSource;
import dev.tenfold.sharding.jdbc.TopologyTable;
import dev.tenfold.testkit.PostgresFixture;
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
import java.util.stream.Collectors;
import java.util.stream.LongStream;
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

  private final Map<ShardId, DataSource> dataSources = new HashMap<>();
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
      dataSources.put(new ShardId(shard), source);
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

    assertThat(load(dataSources.get(router.route(42)), List.of(42L)))
        .containsExactly(new OrderId(42, 1));
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(
            () -> ShardedDataSource.builder(router, dataSources::get).build().getConnection());
  }

  @Test
  void scatter_usersOfAllShards_gathersEveryOrder() throws SQLException {
    List<Long> userIds = LongStream.range(0, USERS).boxed().toList();
    ShardRouter router = book(USERS);
    for (long user : userIds) {
      book(user);
    }

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
    var shards = ShardedDataSource.builder(book(userId), dataSources::get).build();

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
    DataSource dataSource = dataSources.get(new ShardId("s0"));
    execute(dataSource, "DROP TABLE IF EXISTS tenfold_topology");
    Topology topology = Topology.builder("orders").shard("s0", 1000).build();

    var table = TopologyTable.postgres(dataSource, "orders");
    table.createSchema(); // or table.ddl() as a migration
    table.publish(topology);
    table.publish(Topology.parse(table.load()).evolve().add("s4", 1000).build());

    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> table.publish(topology.evolve().add("s5", 1000).build()));
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
    Topology next =
        before.topology().evolve().add("s3", 1000).pin(7, "s0").pin(1_000, "s3").build();
    MigrationPlan plan = MigrationPlan.between(before.topology(), next);
    ShardRouter after = ShardRouter.of(TopologySource.of(next));

    for (ShardId from : before.shards()) {
      String slots =
          plan.moves().stream()
              .filter(move -> move.from().equals(from))
              .map(move -> Integer.toString(move.slot()))
              .collect(Collectors.joining(", "));
      copy(from, new ShardId("s3"), "slot IN (" + slots + ") AND user_id NOT IN (7, 1000)");
    }
    for (long user : List.of(7L, 1_000L)) {
      if (plan.moves(user)) {
        copy(before.route(user), after.route(user), "user_id = " + user);
      }
    }

    for (long user = 0; user < USERS; user++) {
      assertThat(load(dataSources.get(after.route(user)), List.of(user))).hasSize(1);
    }
    assertThat(load(dataSources.get(new ShardId("s3")), List.of(1_000L))).hasSize(1);
    assertThat(load(dataSources.get(new ShardId("s0")), List.of(7L))).hasSize(1);
  }

  private void copy(ShardId from, ShardId to, String where) throws SQLException {
    try (Connection source = dataSources.get(from).getConnection();
        Connection target = dataSources.get(to).getConnection();
        Statement select = source.createStatement();
        ResultSet rows = select.executeQuery("SELECT * FROM orders WHERE " + where)) {
      while (rows.next()) {
        insert(target, new OrderId(rows.getLong(1), rows.getLong(2)), rows.getInt(3));
      }
    }
  }
}
