// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.idempotency.IdempotentResult;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The booking service. A booking has three steps. A repeat under the same key continues where the
 * last attempt stopped:
 *
 * <ol>
 *   <li>one transaction stores the booking as pending, once per key;
 *   <li>the payment provider charges the id of the booking, once per id;
 *   <li>an update marks the booking as confirmed, which is idempotent.
 * </ol>
 *
 * <p>So every charge has a booking, no booking is stored twice, and an interrupted booking is
 * pending until the next repeat completes it.
 */
final class BookingService {
  private final Bookings bookings;
  private final Payments payments;
  private final Profiles profiles;

  BookingService(Bookings bookings, Payments payments, Profiles profiles) {
    this.bookings = bookings;
    this.payments = payments;
    this.profiles = profiles;
  }

  /** Makes a booking, or continues the booking of an earlier attempt under this key. */
  Booking book(String key, long user, long amountCents) throws Exception {
    IdempotentResult<Booking> reserved = bookings.reserve(key, user, amountCents);
    Booking booking =
        reserved.<@Nullable Booking>fold(
            executed -> executed.value(),
            replayed -> replayed.value(),
            busy -> null,
            other -> null);
    if (booking == null) {
      throw reserved instanceof IdempotentResult.Mismatch
          ? new RefusedException(422, "the key belongs to another request")
          : new RefusedException(409, "the key is being handled");
    }
    if (reserved instanceof IdempotentResult.Executed) {
      profiles.changed(user);
    }
    if (reserved instanceof IdempotentResult.Executed || !bookings.isConfirmed(booking)) {
      payments.charge(booking.booking(), amountCents);
      bookings.confirm(booking);
    }
    return booking;
  }

  BookingList list(long user) throws SQLException {
    return bookings.list(user);
  }

  @Nullable Profile profile(long user) throws SQLException {
    return profiles.get(user);
  }
}
