// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The HTTP client of the traffic. Reports every outcome as an {@link Attempt}; never throws. */
final class ServiceClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final HttpClient http;
  private final LoadBalancer balancer;
  private final JsonMapper json = new JsonMapper();

  ServiceClient(LoadBalancer balancer, Executor executor) {
    this.balancer = balancer;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .executor(executor)
            .build();
  }

  /** Sends a read. With {@code own} the answer must contain every booking answered before. */
  CompletableFuture<Attempt> get(String path, boolean own) {
    return send(path, request -> own ? request.header("Read-Intent", "primary") : request);
  }

  CompletableFuture<Attempt> post(String path, String key, Map<String, Object> body) {
    byte[] bytes = json.writeValueAsBytes(body);
    return send(
        path,
        request ->
            request
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes)));
  }

  private CompletableFuture<Attempt> send(
      String path, java.util.function.UnaryOperator<HttpRequest.Builder> shape) {
    LoadBalancer.Target target = balancer.next();
    String base = target.base();
    if (base == null) {
      return CompletableFuture.completedFuture(Attempt.without(Attempt.Outcome.FAILED));
    }
    HttpRequest request =
        shape.apply(HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT)).build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
        .handle((response, error) -> response == null ? broken(target, error) : read(response));
  }

  private Attempt broken(LoadBalancer.Target target, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof HttpTimeoutException) {
      return Attempt.without(Attempt.Outcome.TIMED_OUT);
    }
    balancer.unreachable(target);
    return Attempt.without(Attempt.Outcome.FAILED);
  }

  private Attempt read(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    if (status == 200 || status == 201) {
      return parsed(response);
    }
    long retryAfter = response.headers().firstValueAsLong("Retry-After-Millis").orElse(0);
    boolean refused = status == 409 || status == 429 || status == 503;
    return new Attempt(
        refused ? Attempt.Outcome.REFUSED : Attempt.Outcome.FAILED, null, retryAfter);
  }

  private Attempt parsed(HttpResponse<byte[]> response) {
    try {
      JsonNode body = json.readTree(response.body());
      return new Attempt(Attempt.Outcome.ANSWERED, body, 0);
    } catch (JacksonException notJson) {
      return Attempt.without(Attempt.Outcome.FAILED);
    }
  }
}
