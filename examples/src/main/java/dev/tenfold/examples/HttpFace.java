// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.CallTimeoutException;
import dev.tenfold.resilience.RefusalKind;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTTP interface of the service, on the server of the JDK. Every request runs under a deadline.
 * A refusal is answered by 429 or 503 with the time to retry after, a key in progress by 409.
 *
 * <p>Requests for bookings run in a scope: they see what the token in their header covers. The
 * answer to a booking has a new token, which covers the booking too; the client sends it with the
 * next request of that user, to whichever instance.
 */
final class HttpFace implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpFace.class);
  private static final int THREADS = 64;
  private static final int QUEUE = 512;
  private static final String NO_CONNECTION = "08004";

  private final BookingService service;
  private final Shards shards;
  private final Signals signals;
  private final Supplier<TopologyStamp> topology;
  private final JsonMapper json = new JsonMapper();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final ThreadPoolExecutor executor;
  private final HttpServer server;

  HttpFace(BookingService service, Shards shards, Signals signals, Supplier<TopologyStamp> topology)
      throws IOException {
    this.service = service;
    this.shards = shards;
    this.signals = signals;
    this.topology = topology;
    this.executor =
        new ThreadPoolExecutor(
            THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE));
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), QUEUE);
    signals.read("held.requests", inFlight::get);
    server.setExecutor(executor);
    server.createContext("/bookings", exchange -> answer(exchange, this::bookings));
    server.createContext("/profiles/", exchange -> answer(exchange, this::profile));
    server.createContext("/signals", exchange -> respond(exchange, 200, this.signals.now()));
    server.createContext("/topology", exchange -> respond(exchange, 200, this.topology.get()));
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private Object bookings(HttpExchange exchange) throws Exception {
    String token = exchange.getRequestHeaders().getFirst(InstanceConfig.TOKEN_HEADER);
    try (ConsistencyScope scope = shards.openScope(token)) {
      if (exchange.getRequestMethod().equals("POST")) {
        Object booking = book(exchange);
        exchange.getResponseHeaders().set(InstanceConfig.TOKEN_HEADER, scope.captureToken());
        return booking;
      }
      return service.list(user(exchange));
    }
  }

  private Object book(HttpExchange exchange) throws Exception {
    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    if (key == null || key.isEmpty()) {
      throw new RefusedException(400, "the header Idempotency-Key is missing");
    }
    JsonNode asked;
    try (InputStream body = exchange.getRequestBody()) {
      asked = json.readTree(body);
    }
    return service.book(key, asked.path("user").asLong(), asked.path("amountCents").asLong());
  }

  private Object profile(HttpExchange exchange) throws Exception {
    long user = user(exchange);
    Profile profile = service.profile(user);
    if (profile == null) {
      throw new RefusedException(404, "user " + user + " does not exist");
    }
    return profile;
  }

  private static long user(HttpExchange exchange) throws RefusedException {
    String path = exchange.getRequestURI().getPath();
    try {
      return Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
    } catch (NumberFormatException notANumber) {
      throw new RefusedException(400, "not a user id: " + path);
    }
  }

  private void answer(HttpExchange exchange, Endpoint endpoint) throws IOException {
    inFlight.incrementAndGet();
    try {
      handle(exchange, endpoint);
    } finally {
      inFlight.decrementAndGet();
    }
  }

  private void handle(HttpExchange exchange, Endpoint endpoint) throws IOException {
    Object answer;
    int status = 200;
    try {
      Deadline deadline = Deadline.after(InstanceConfig.REQUEST_TIMEOUT);
      answer = deadline.call(() -> endpoint.answer(exchange));
    } catch (RefusedException refused) {
      status = refused.status();
      answer = Map.of("error", String.valueOf(refused.getMessage()));
    } catch (RejectedException rejected) {
      status = status(rejected);
      if (rejected.retryAfterNanos() >= 0) {
        long millis = rejected.retryAfterNanos() / 1_000_000;
        exchange.getResponseHeaders().set("Retry-After", Long.toString((millis + 999) / 1000));
        exchange.getResponseHeaders().set("Retry-After-Millis", Long.toString(millis));
      }
      answer = Map.of("error", String.valueOf(rejected.getMessage()));
    } catch (SQLException | IOException | CallTimeoutException broken) {
      status = status(broken);
      LOG.info("{} failed: {}", exchange.getRequestURI(), broken.toString());
      answer = Map.of("error", String.valueOf(broken.getMessage()));
    } catch (InterruptedException stopped) { // the server closes
      Thread.currentThread().interrupt();
      status = 503;
      answer = Map.of("error", "the service stops");
    } catch (Exception unexpected) {
      status = 500;
      LOG.warn("{} failed", exchange.getRequestURI(), unexpected);
      answer = Map.of("error", unexpected.toString());
    }
    respond(exchange, status, answer);
  }

  /** A database that gave no connection was sent nothing. */
  static int status(Exception broken) {
    return broken instanceof SQLException refused && NO_CONNECTION.equals(refused.getSQLState())
        ? 503
        : 502;
  }

  /** A caller that asks too often hears 429, everybody else whom a policy refused 503. */
  static int status(RejectedException rejected) {
    if (rejected.kind() instanceof RefusalKind kind) {
      return switch (kind) {
        case RATE_LIMITED, WAIT_TOO_LONG -> 429;
        default -> 503;
      };
    }
    return 503;
  }

  private void respond(HttpExchange exchange, int status, Object answer) throws IOException {
    byte[] body = json.writeValueAsBytes(answer);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  /** Handles a request and returns an object to send as JSON. */
  @FunctionalInterface
  private interface Endpoint {
    Object answer(HttpExchange exchange) throws Exception;
  }
}
