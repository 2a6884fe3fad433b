// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tenfold.core.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A simulated payment service. It is usually quick, refuses some requests, loses some answers after
 * the charge, and is slow on demand. It charges each booking id once, whatever the number of
 * requests.
 */
final class PaymentProvider implements AutoCloseable {
  private static final double REFUSES = 0.02;
  private static final double LOSES_THE_ANSWER = 0.01;
  private static final double SLOW_WHEN_SLOW = 0.85;

  private final TimeSource time;
  private final RandomGenerator random;
  private final ReentrantLock randomLock = new ReentrantLock();
  private final JsonMapper json = new JsonMapper();
  private final Map<String, Long> charges = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong repeated = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong lostAnswers = new AtomicLong();
  private final AtomicLong inProgress = new AtomicLong();
  private final ExecutorService executor;
  private final HttpServer server;
  private volatile boolean slow;

  PaymentProvider(TimeSource time, RandomGenerator random) throws IOException {
    this.time = time;
    this.random = random;
    this.executor =
        Executors.newFixedThreadPool(
            4,
            task -> {
              Thread thread = new Thread(task, "payment-provider");
              thread.setDaemon(true);
              return thread;
            });
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
    server.setExecutor(executor);
    server.createContext("/charges", this::charge);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/charges";
  }

  void slow(boolean slow) {
    this.slow = slow;
  }

  /** Returns the charged amounts in cents, by booking id. */
  Map<String, Long> charges() {
    return Map.copyOf(charges);
  }

  long requests() {
    return requests.get();
  }

  /** Returns the number of requests for a booking that was already charged. */
  long repeated() {
    return repeated.get();
  }

  long refused() {
    return refused.get();
  }

  /** Returns the number of charges that were answered with an error. */
  long lostAnswers() {
    return lostAnswers.get();
  }

  /** Returns the number of requests in progress, which may still charge. */
  long inProgress() {
    return inProgress.get();
  }

  private void charge(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    JsonNode asked;
    try (InputStream body = exchange.getRequestBody()) {
      asked = json.readTree(body);
    }
    Treatment treatment = nextTreatment();
    inProgress.incrementAndGet();
    time.schedule(treatment.delayNanos, executor, () -> answer(exchange, asked, treatment));
  }

  private void answer(HttpExchange exchange, JsonNode asked, Treatment treatment) {
    try {
      decide(exchange, asked, treatment);
    } finally {
      inProgress.decrementAndGet();
    }
  }

  private void decide(HttpExchange exchange, JsonNode asked, Treatment treatment) {
    if (treatment.refuses) {
      refused.incrementAndGet();
      respond(exchange, 503, "{\"error\":\"try again\"}");
      return;
    }
    String booking = asked.path("booking").asString();
    Long before = charges.putIfAbsent(booking, asked.path("amountCents").asLong());
    if (before != null) {
      repeated.incrementAndGet();
    }
    if (treatment.losesAnswer && before == null) {
      lostAnswers.incrementAndGet();
      respond(exchange, 500, "{\"error\":\"something broke after the charge\"}");
      return;
    }
    respond(exchange, 200, "{\"charged\":true,\"before\":" + (before != null) + "}");
  }

  private Treatment nextTreatment() {
    randomLock.lock();
    try {
      double millis = 8 - 12 * Math.log(1 - random.nextDouble());
      if (slow && random.nextDouble() < SLOW_WHEN_SLOW) {
        millis = 1_500 + 2_500 * random.nextDouble();
      }
      double fate = random.nextDouble();
      return new Treatment(
          (long) (millis * 1e6),
          fate < REFUSES,
          fate >= REFUSES && fate < REFUSES + LOSES_THE_ANSWER);
    } finally {
      randomLock.unlock();
    }
  }

  private static void respond(HttpExchange exchange, int status, String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException gone) {
      // The client has closed the connection, for instance after a timeout. The charge stands.
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  /** The treatment of one request. */
  private record Treatment(long delayNanos, boolean refuses, boolean losesAnswer) {}
}
