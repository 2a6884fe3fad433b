// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.idempotency.Idempotency;
import dev.tenfold.idempotency.IdempotentResult;
import dev.tenfold.idempotency.jdbc.JdbcIdempotencyStore;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.TopologySource;
import dev.tenfold.testkit.PostgresFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BookingsIT {
  private static final int USERS = 20;
  private static final int RIVALS = 8;

  private Shards shards;
  private Bookings bookings;

  @BeforeAll
  void start() throws Exception {
    var server = PostgresFixture.shared().primary();
    String first = server.createDatabase("bookings_it_s0");
    String second = server.createDatabase("bookings_it_s1");
    BookingSchema.create("s0", server.dataSource("bookings_it_s0"), USERS);
    BookingSchema.create("s1", server.dataSource("bookings_it_s1"), USERS);
    shards =
        new Shards(
            new InstanceConfig(
                "it",
                "unused",
                Map.of(
                    "s0", new InstanceConfig.Shard(first, first),
                    "s1", new InstanceConfig.Shard(second, second)),
                "redis://unused",
                "http://unused",
                2_000,
                1_000,
                5_000),
            ShardRouter.of(TopologySource.of(BookingSchema.topology())),
            new Signals());
    bookings =
        new Bookings(
            shards, Idempotency.builder(JdbcIdempotencyStore.postgres(shards.any())).build());
  }

  @AfterAll
  void stop() throws Exception {
    shards.close();
  }

  private static Booking booked(IdempotentResult<Booking> result) {
    return result.fold(
        executed -> executed.value(), replayed -> replayed.value(), busy -> null, other -> null);
  }

  @Test
  void reserve_sameKeyAgain_sameBookingAndCounterRaisedOnce() throws Exception {
    Booking once = booked(bookings.reserve("again", 1, 700));
    Booking twice = booked(bookings.reserve("again", 1, 700));
    assertThat(twice).isEqualTo(once);
    assertThat(bookings.list(1).version()).isEqualTo(1);
  }

  @Test
  void reserve_sameKeyForAnotherAmount_mismatch() throws Exception {
    bookings.reserve("other", 2, 700);
    assertThat(bookings.reserve("other", 2, 701)).isInstanceOf(IdempotentResult.Mismatch.class);
  }

  @Test
  void reserve_sameKeyManyAtOnce_oneBooking() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(RIVALS);
    List<Callable<IdempotentResult<Booking>>> rivals = new ArrayList<>();
    for (int i = 0; i < RIVALS; i++) {
      rivals.add(() -> bookings.reserve("rivals", 3, 700));
    }
    int executed = 0;
    for (Future<IdempotentResult<Booking>> rival : threads.invokeAll(rivals)) {
      executed += rival.get() instanceof IdempotentResult.Executed ? 1 : 0;
    }
    threads.shutdown();
    assertThat(executed).isEqualTo(1);
    assertThat(bookings.list(3).latest()).hasSize(1);
  }

  @Test
  void confirm_pendingBooking_isConfirmedAndStaysSo() throws Exception {
    Booking booking = booked(bookings.reserve("confirm", 4, 700));
    assertThat(bookings.isConfirmed(booking)).isFalse();
    bookings.confirm(booking);
    bookings.confirm(booking);
    assertThat(bookings.isConfirmed(booking)).isTrue();
  }

  @Test
  void profile_unknownUser_isNull() throws Exception {
    assertThat(bookings.profile(USERS + 1L)).isNull();
    assertThat(bookings.profile(5)).isEqualTo(new Profile(5, "User 5", 0));
  }
}
