// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.core.ReadIntent;
import dev.tenfold.core.jackson.JacksonCodec;
import dev.tenfold.idempotency.Fingerprint;
import dev.tenfold.idempotency.Idempotency;
import dev.tenfold.idempotency.IdempotencyKey;
import dev.tenfold.idempotency.IdempotentOperation;
import dev.tenfold.idempotency.IdempotentResult;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The users and their bookings in the database. A booking lies in the shard of its user. */
final class Bookings {
  private static final String TENANT = "demo";
  private static final String LIST =
      "SELECT u.bookings, pg_is_in_recovery(), b.id, b.amount_cents, b.status"
          + " FROM users u LEFT JOIN LATERAL (SELECT id, amount_cents, status FROM bookings"
          + " WHERE user_id = u.id ORDER BY created_at DESC LIMIT 5) b ON true WHERE u.id = ?";

  private final Shards shards;
  private final IdempotentOperation<Booking> operation;

  Bookings(Shards shards, Idempotency idempotency) {
    this.shards = shards;
    this.operation = idempotency.operation("book", JacksonCodec.of(Booking.class));
  }

  /**
   * Stores a booking as pending, increments the counter of the user and records the key, in one
   * transaction, once per key.
   */
  IdempotentResult<Booking> reserve(String key, long user, long amountCents) throws SQLException {
    IdempotencyKey request = IdempotencyKey.of(TENANT, key);
    Fingerprint asked =
        Fingerprint.of(ByteBuffer.allocate(16).putLong(user).putLong(amountCents).array());
    return shards.with(
        user,
        connection -> {
          connection.setAutoCommit(false);
          try {
            IdempotentResult<Booking> result =
                operation.executeInTransaction(
                    connection,
                    request,
                    asked,
                    tx -> insert(tx.connection(), key, user, amountCents));
            connection.commit();
            return result;
          } catch (SQLException | RuntimeException failure) {
            connection.rollback();
            throw failure;
          }
        });
  }

  private static Booking insert(Connection connection, String key, long user, long amountCents)
      throws SQLException {
    long version = raiseCounter(connection, user);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO bookings (request_key, user_id, amount_cents, status)"
                + " VALUES (?, ?, ?, 'PENDING') RETURNING id")) {
      insert.setString(1, key);
      insert.setLong(2, user);
      insert.setLong(3, amountCents);
      try (ResultSet inserted = insert.executeQuery()) {
        inserted.next();
        return new Booking(inserted.getString(1), user, amountCents, version);
      }
    }
  }

  private static long raiseCounter(Connection connection, long user) throws SQLException {
    try (PreparedStatement raise =
        connection.prepareStatement(
            "UPDATE users SET bookings = bookings + 1 WHERE id = ? RETURNING bookings")) {
      raise.setLong(1, user);
      try (ResultSet raised = raise.executeQuery()) {
        if (!raised.next()) {
          throw new SQLException("user " + user + " does not exist", "02000");
        }
        return raised.getLong(1);
      }
    }
  }

  /** Returns whether a booking is confirmed. */
  boolean isConfirmed(Booking booking) throws SQLException {
    return shards.with(
        booking.user(),
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT 1 FROM bookings WHERE id = ? AND status = 'CONFIRMED'")) {
            select.setObject(1, UUID.fromString(booking.booking()));
            try (ResultSet row = select.executeQuery()) {
              return row.next();
            }
          }
        });
  }

  /** Marks a booking as confirmed. Idempotent. */
  void confirm(Booking booking) throws SQLException {
    shards.with(
        booking.user(),
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE bookings SET status = 'CONFIRMED' WHERE id = ? AND status = 'PENDING'")) {
            update.setObject(1, UUID.fromString(booking.booking()));
            return update.executeUpdate();
          }
        });
  }

  /**
   * Reads the latest bookings, from a standby if one is fresh enough and has what the scope of the
   * request covers.
   */
  BookingList list(long user) throws SQLException {
    return ReadIntent.REPLICA.call(() -> shards.with(user, connection -> select(connection, user)));
  }

  private static BookingList select(Connection connection, long user) throws SQLException {
    List<BookingList.Line> latest = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(LIST)) {
      select.setLong(1, user);
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          throw new SQLException("user " + user + " does not exist", "02000");
        }
        long version = rows.getLong(1);
        boolean fromStandby = rows.getBoolean(2);
        do {
          if (rows.getString(3) != null) {
            latest.add(new BookingList.Line(rows.getString(3), rows.getLong(4), rows.getString(5)));
          }
        } while (rows.next());
        return new BookingList(user, version, fromStandby, latest);
      }
    }
  }

  /** Reads the public profile of a user, by the read intent of the caller. */
  @Nullable Profile profile(long user) throws SQLException {
    return shards.<@Nullable Profile>with(
        user,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement("SELECT name, bookings FROM users WHERE id = ?")) {
            select.setLong(1, user);
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? new Profile(user, row.getString(1), row.getLong(2)) : null;
            }
          }
        });
  }
}
