// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import java.util.Collection;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;

/**
 * Open-loop traffic: requests are due at a constant rate whether or not earlier ones were answered,
 * and the latency of each counts from the moment it was due. A service that stalls therefore shows
 * the whole stall, not just the one request that met it.
 *
 * <p>A booking that gets no answer is repeated under its key until it does. Every read is checked
 * for staleness as it comes back.
 */
final class LoadGenerator {
  private static final double BOOKINGS = 0.15;
  private static final double LISTS = 0.35;
  private static final double USERS_SKEW = 1.0;
  private static final int RECENT = 32;
  private static final long MIN_PAUSE_MILLIS = 100;
  private static final long MAX_PAUSE_MILLIS = 2_000;

  private final TimeSource time;
  private final DemoOptions options;
  private final RandomGenerator random;
  private final Zipf users;
  private final ServiceClient client;
  private final Executor executor;
  private final TrafficCounters counters;
  private final LatencyBook latencies;
  private final Freshness freshness;
  private final Function<Double, String> phase;
  private final Map<String, Evidence.Answer> answers = new ConcurrentHashMap<>();
  private final AtomicLongArray recent = new AtomicLongArray(RECENT);
  private final AtomicLong answered = new AtomicLong();
  private volatile long beganNanos;

  /**
   * Prepares the traffic.
   *
   * @param userCount users 1 to this number take part
   * @param executor runs the repeats
   * @param phase names what is broken at a second of the run
   */
  LoadGenerator(
      TimeSource time,
      DemoOptions options,
      int userCount,
      ServiceClient client,
      Executor executor,
      Instruments instruments,
      Function<Double, String> phase) {
    this.time = time;
    this.options = options;
    this.random = new SplittableRandom(options.seed());
    this.users = new Zipf(userCount, USERS_SKEW);
    this.client = client;
    this.executor = executor;
    this.counters = instruments.counters();
    this.latencies = instruments.latencies();
    this.freshness = instruments.freshness();
    this.phase = phase;
  }

  /** Sends everything that is due; returns when the last request was sent, not answered. */
  void run(long from, double seconds) throws InterruptedException {
    beganNanos = from;
    long count = Math.round(seconds * options.rate());
    for (long n = 0; n < count; n++) {
      long dueNanos = from + n * 1_000_000_000L / options.rate();
      time.sleep(dueNanos - time.nanoTime());
      counters.arrived.increment();
      counters.pending.incrementAndGet();
      begin(dueNanos);
    }
  }

  private String phaseAt(long nanos) {
    return phase.apply((nanos - beganNanos) / 1e9);
  }

  Collection<Evidence.Answer> answers() {
    return answers.values();
  }

  private void begin(long dueNanos) {
    double dice = random.nextDouble();
    if (dice < BOOKINGS) {
      counters.bookings.increment();
      counters.pendingBookings.incrementAndGet();
      String key = new UUID(random.nextLong(), random.nextLong()).toString();
      attempt(new Booking(key, pick(), 1_000 + random.nextInt(50_000), dueNanos), 1);
    } else if (dice < BOOKINGS + LISTS) {
      list(dueNanos);
    } else {
      read(Operation.PROFILE, "/profiles/", pick(), false, freshness.cached(), dueNanos);
    }
  }

  private long pick() {
    return users.next(random) + 1L;
  }

  /**
   * Half of these look at somebody who has just booked. Of those, half are that user, who must see
   * the booking; everybody else takes what a standby has.
   */
  private void list(long dueNanos) {
    long somebody = random.nextBoolean() ? recent.get(random.nextInt(RECENT)) : 0;
    boolean own = somebody != 0 && random.nextBoolean();
    read(
        Operation.LIST,
        "/bookings/",
        somebody == 0 ? pick() : somebody,
        own,
        own ? freshness.own() : freshness.standby(),
        dueNanos);
  }

  private void read(
      Operation operation,
      String path,
      long user,
      boolean own,
      StalenessWatch watch,
      long dueNanos) {
    long askedNanos = time.nanoTime();
    var unused = // a handler that throws leaves its request pending, which the check finds
        client
            .get(path + user, own)
            .thenAccept(attempt -> {
              JsonNode body = attempt.body();
              if (body == null) {
                counters.unanswered(attempt.outcome());
                counters.readsLost.increment();
              } else {
                watch.observed(user, body.path("version").asLong(), askedNanos);
                if (operation == Operation.LIST && !own) {
                  counters.readFrom(body.path("fromStandby").asBoolean());
                }
                counters.answered.increment();
                latencies.record(operation, phaseAt(dueNanos), time.nanoTime() - dueNanos);
              }
              counters.pending.decrementAndGet();
            });
  }

  private void attempt(Booking booking, int count) {
    var unused =
        client
            .post("/bookings", booking.key, booking.body())
            .thenAccept(attempt -> {
              JsonNode body = attempt.body();
              if (body == null) {
                counters.unanswered(attempt.outcome());
                counters.repeats.increment();
                time.schedule(
                    pauseNanos(booking, count, attempt.retryAfterMillis()),
                    executor,
                    () -> attempt(booking, count + 1));
              } else {
                answered(booking, body);
              }
            });
  }

  private void answered(Booking booking, JsonNode body) {
    long now = time.nanoTime();
    long version = body.path("version").asLong();
    String id = body.path("booking").asString();
    answers.put(
        booking.key,
        new Evidence.Answer(booking.key, id, booking.user, booking.amountCents, version));
    freshness.ledger().acknowledged(booking.user, version, now);
    recent.set((int) (answered.getAndIncrement() % RECENT), booking.user);
    counters.answered.increment();
    latencies.record(Operation.BOOK, phaseAt(booking.dueNanos), now - booking.dueNanos);
    counters.pendingBookings.decrementAndGet();
    counters.pending.decrementAndGet();
  }

  /**
   * Exponential, at least what the service asked for, bounded, with a jitter that the key decides.
   */
  private static long pauseNanos(Booking booking, int count, long askedMillis) {
    long millis = MIN_PAUSE_MILLIS << Math.min(count, 5);
    long pause = Math.min(MAX_PAUSE_MILLIS, Math.max(askedMillis, millis));
    int spread = Math.floorMod(booking.key.hashCode() + count * 0x9E3779B9, 500);
    return (pause / 2 + pause * spread / 1_000 + pause / 4) * 1_000_000;
  }

  /** What a client wants, the same at every repeat. */
  private record Booking(String key, long user, long amountCents, long dueNanos) {
    Map<String, Object> body() {
      return Map.of("user", user, "amountCents", amountCents);
    }
  }
}
