// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
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
 * An open-loop load generator. Requests are due at a constant rate, whether or not earlier requests
 * were answered, and a latency counts from the moment the request was due. So a stall of the
 * service shows in the latency of every request that was due during the stall.
 *
 * <p>A booking without an answer is repeated under its key until it is answered. Every answer to a
 * read is checked for staleness.
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
  private final Sessions sessions = new Sessions();
  private final Map<String, Evidence.Answer> answers = new ConcurrentHashMap<>();
  private final AtomicLongArray recent = new AtomicLongArray(RECENT);
  private final AtomicLong answered = new AtomicLong();
  private volatile long beganNanos;

  /**
   * Prepares the traffic.
   *
   * @param userCount the number of users; their ids are 1 to this number
   * @param executor runs the repeats
   * @param phase returns the phase of a second of the run
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

  /** Sends the requests as they are due. Returns after the last request was sent. */
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
      read(Operation.PROFILE, "/profiles/", pick(), freshness.cached(), dueNanos);
    }
  }

  private long pick() {
    return users.next(random) + 1L;
  }

  /**
   * Sends a list read. Half of the list reads come from a user with a recent booking, which the
   * answer must show. The others come from somebody else, and half of them concern such a user.
   */
  private void list(long dueNanos) {
    long recentUser = recent.get(random.nextInt(RECENT));
    boolean own = random.nextBoolean() && recentUser != 0;
    boolean busy = random.nextBoolean() && recentUser != 0;
    read(
        Operation.LIST,
        "/bookings/",
        own || busy ? recentUser : pick(),
        own ? freshness.own() : freshness.others(),
        dueNanos);
  }

  private void read(
      Operation operation, String path, long user, StalenessWatch watch, long dueNanos) {
    long askedNanos = time.nanoTime(); // before the tokens are taken
    boolean own = watch == freshness.own();
    var unused = // if the handler throws, the request stays pending, and the check reports it
        client
            .get(path + user, own ? Sessions.header(sessions.of(user)) : null)
            .thenAccept(attempt -> {
              JsonNode body = attempt.body();
              if (body == null) {
                counters.unanswered(attempt.outcome());
                counters.readsLost.increment();
              } else {
                boolean fromStandby = body.path("fromStandby").asBoolean();
                watch.observed(user, body.path("version").asLong(), askedNanos, fromStandby);
                if (operation == Operation.LIST) {
                  counters.listFrom(fromStandby, own);
                }
                counters.answered.increment();
                latencies.record(operation, phaseAt(dueNanos), time.nanoTime() - dueNanos);
              }
              counters.pending.decrementAndGet();
            });
  }

  private void attempt(Booking booking, int count) {
    Set<String> seen = sessions.of(booking.user);
    long sentNanos = time.nanoTime();
    var unused =
        client
            .post("/bookings", booking.key, Sessions.header(seen), booking.body())
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
                sessions.answered(booking.user, seen, attempt.token());
                answered(booking, body, attempt.instance(), sentNanos);
              }
            });
  }

  private void answered(Booking booking, JsonNode body, String instance, long sentNanos) {
    long now = time.nanoTime(); // after the token was kept, so that a read from now on sends it
    long version = body.path("version").asLong();
    String id = body.path("booking").asString();
    answers.put(
        booking.key,
        new Evidence.Answer(
            booking.key,
            id,
            booking.user,
            booking.amountCents,
            version,
            new Evidence.Moment(instance, sentNanos, now)));
    freshness.ledger().acknowledged(booking.user, version, now);
    recent.set((int) (answered.getAndIncrement() % RECENT), booking.user);
    counters.answered.increment();
    latencies.record(Operation.BOOK, phaseAt(booking.dueNanos), now - booking.dueNanos);
    counters.pendingBookings.decrementAndGet();
    counters.pending.decrementAndGet();
  }

  /**
   * Returns an exponential backoff with a cap, at least the time that the service asked for, with
   * jitter by the hash of the key.
   */
  private static long pauseNanos(Booking booking, int count, long askedMillis) {
    long millis = MIN_PAUSE_MILLIS << Math.min(count, 5);
    long pause = Math.min(MAX_PAUSE_MILLIS, Math.max(askedMillis, millis));
    int spread = Math.floorMod(booking.key.hashCode() + count * 0x9E3779B9, 500);
    return (pause / 2 + pause * spread / 1_000 + pause / 4) * 1_000_000;
  }

  /** A booking request, the same for every repeat. */
  private record Booking(String key, long user, long amountCents, long dueNanos) {
    Map<String, Object> body() {
      return Map.of("user", user, "amountCents", amountCents);
    }
  }
}
