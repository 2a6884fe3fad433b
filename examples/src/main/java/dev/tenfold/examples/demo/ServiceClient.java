// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.examples.InstanceConfig;
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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
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

  /**
   * Sends a read.
   *
   * @param token what the answer must cover; null for nothing
   */
  CompletableFuture<Attempt> get(String path, @Nullable String token) {
    return send(path, token, request -> request);
  }

  /**
   * Sends a write under a key.
   *
   * @param token what the new token must cover too; null for nothing
   */
  CompletableFuture<Attempt> post(
      String path, String key, @Nullable String token, Map<String, Object> body) {
    byte[] bytes = json.writeValueAsBytes(body);
    return send(
        path,
        token,
        request ->
            request
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes)));
  }

  private CompletableFuture<Attempt> send(
      String path, @Nullable String token, UnaryOperator<HttpRequest.Builder> shape) {
    LoadBalancer.Target target = balancer.next();
    String base = target.base();
    if (base == null) {
      return CompletableFuture.completedFuture(failed(target));
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
    if (token != null) {
      request.header(InstanceConfig.TOKEN_HEADER, token);
    }
    return http.sendAsync(shape.apply(request).build(), HttpResponse.BodyHandlers.ofByteArray())
        .handle(
            (response, error) -> response == null ? broken(target, error) : read(target, response));
  }

  private Attempt broken(LoadBalancer.Target target, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof HttpTimeoutException) {
      return Attempt.without(Attempt.Outcome.TIMED_OUT, target.name(), 0);
    }
    balancer.unreachable(target);
    return failed(target);
  }

  private static Attempt failed(LoadBalancer.Target target) {
    return Attempt.without(Attempt.Outcome.FAILED, target.name(), 0);
  }

  private Attempt read(LoadBalancer.Target target, HttpResponse<byte[]> response) {
    int status = response.statusCode();
    if (status == 200 || status == 201) {
      return parsed(target, response);
    }
    long retryAfter = response.headers().firstValueAsLong("Retry-After-Millis").orElse(0);
    boolean refused = status == 409 || status == 429 || status == 503;
    return Attempt.without(
        refused ? Attempt.Outcome.REFUSED : Attempt.Outcome.FAILED, target.name(), retryAfter);
  }

  private Attempt parsed(LoadBalancer.Target target, HttpResponse<byte[]> response) {
    try {
      JsonNode body = json.readTree(response.body());
      String token = response.headers().firstValue(InstanceConfig.TOKEN_HEADER).orElse(null);
      return new Attempt(Attempt.Outcome.ANSWERED, target.name(), body, token, 0);
    } catch (JacksonException notJson) {
      return failed(target);
    }
  }
}
