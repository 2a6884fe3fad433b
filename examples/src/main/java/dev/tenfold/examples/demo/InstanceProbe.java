// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Asks instances for their signals. An instance that does not answer has none. */
final class InstanceProbe {
  private static final Duration PATIENCE = Duration.ofMillis(400);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final JsonMapper json = new JsonMapper();

  /** The signals of every instance that answers in time, by instance. */
  Map<String, Map<String, Double>> ask(Map<String, String> bases) {
    Map<String, CompletableFuture<Map<String, Double>>> asked = new HashMap<>();
    bases.forEach((name, base) -> asked.put(name, ask(base)));
    Map<String, Map<String, Double>> answers = new HashMap<>();
    asked.forEach((name, answer) -> {
      Map<String, Double> signals = answer.join();
      if (!signals.isEmpty()) {
        answers.put(name, signals);
      }
    });
    return answers;
  }

  private CompletableFuture<Map<String, Double>> ask(String base) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "/signals")).timeout(PATIENCE).build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
        .thenApply(response ->
            json.readValue(response.body(), new TypeReference<Map<String, Double>>() {}))
        .exceptionally(gone -> Map.of());
  }
}
