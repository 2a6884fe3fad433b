// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.idempotency.jdbc.JdbcIdempotencyStore;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The tables of every shard, and the topology at the start of the service. */
public final class BookingSchema {
  private static final int SLOTS = 1024;

  // request_key has no unique constraint on purpose. The idempotency record promises one booking
  // per key, and a constraint would hide a broken promise.
  private static final String TABLES =
      """
      CREATE TABLE users (
        id bigint PRIMARY KEY,
        name text NOT NULL,
        bookings bigint NOT NULL);
      CREATE TABLE bookings (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        request_key text NOT NULL,
        user_id bigint NOT NULL REFERENCES users,
        amount_cents bigint NOT NULL,
        status text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now());
      CREATE INDEX bookings_of_user ON bookings (user_id, created_at DESC);
      """;

  private BookingSchema() {}

  /**
   * Returns the topology at the start of the service. Later versions stand in the file that the
   * instances follow.
   *
   * @return users spread over the shards {@code s0} and {@code s1}, version 1
   */
  public static Topology topology() {
    return Topology.builder("bookings").slots(SLOTS).shard("s0", 1).shard("s1", 1).build();
  }

  /**
   * Creates the tables of one shard and its users.
   *
   * @param shard the name of the shard
   * @param primary the primary of the shard
   * @param userCount users 1 to this number exist; those of the shard are created
   * @throws SQLException if the database refuses
   */
  public static void create(String shard, DataSource primary, int userCount) throws SQLException {
    JdbcIdempotencyStore.postgres(primary).createSchema();
    ShardRouter router = ShardRouter.of(TopologySource.of(topology()));
    try (Connection connection = primary.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLES);
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO users VALUES (?, ?, 0)")) {
        for (long user = 1; user <= userCount; user++) {
          if (router.route(user).toString().equals(shard)) {
            insert.setLong(1, user);
            insert.setString(2, "User " + user);
            insert.addBatch();
          }
        }
        insert.executeBatch();
      }
      connection.commit();
    }
  }
}
