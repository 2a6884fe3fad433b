// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.idempotency.IdempotentResult;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The service. A booking goes through three steps, and a repeat under the same key takes up
 * wherever the last attempt stopped:
 *
 * <ol>
 *   <li>one transaction stores it as pending, once per key;
 *   <li>the provider charges its id, which it does once;
 *   <li>it is marked confirmed, which is the same however often it is done.
 * </ol>
 *
 * <p>So a charge always has a booking, a booking is never stored twice, and what is left half done
 * is pending, to be finished by the next repeat.
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

  /** Books, or goes on with what an earlier attempt under this key began. */
  Booking book(String key, long user, long amountCents)
      throws SQLException, IOException, RefusedException {
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

  BookingList list(long user, boolean own) throws SQLException {
    return bookings.list(user, own);
  }

  @Nullable Profile profile(long user) throws SQLException {
    return profiles.get(user);
  }
}
