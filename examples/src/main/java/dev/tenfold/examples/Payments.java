// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.resilience.Backoff;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.Timeout;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * The client of the payment provider, behind a pipeline: a timeout for each attempt, a bulkhead for
 * concurrent attempts, a retry for failed ones, and a circuit breaker that refuses calls while the
 * provider fails. A repeated charge is safe, since the provider charges a booking id once.
 */
final class Payments {
  private static final Duration TIME_LIMIT = Duration.ofMillis(800);
  private static final int MAX_CONCURRENT = 16;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(TIME_LIMIT)
          .build();
  private final JsonMapper json = new JsonMapper();
  private final URI url;
  private final Pipeline pipeline;

  Payments(String url, Signals signals) {
    this.url = URI.create(url);
    Retry retry =
        Retry.builder("payments")
            .maxAttempts(3)
            .backoff(
                Backoff.exponential(Duration.ofMillis(50), Duration.ofMillis(500)).fullJitter())
            .telemetry(signals)
            .build();
    CircuitBreaker breaker =
        CircuitBreaker.builder("payments")
            .failureRate(0.5)
            .window(Duration.ofSeconds(5))
            .minimumCalls(10)
            .openFor(Duration.ofSeconds(1))
            .telemetry(signals)
            .build();
    Bulkhead bulkhead =
        Bulkhead.builder("payments", MAX_CONCURRENT)
            .maxWait(Duration.ofMillis(50))
            .telemetry(signals)
            .build();
    Timeout timeout = Timeout.builder("payments", TIME_LIMIT).telemetry(signals).build();
    this.pipeline =
        Pipeline.builder("payments", retry, breaker, bulkhead, timeout).telemetry(signals).build();
  }

  /** Charges a booking. Returns when the provider has confirmed the charge. */
  void charge(String booking, long amountCents) throws Exception {
    byte[] body = json.writeValueAsBytes(Map.of("booking", booking, "amountCents", amountCents));
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    pipeline.run(() -> {
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status != 200) {
        throw new IOException("the payment provider answered " + status);
      }
    });
  }
}
