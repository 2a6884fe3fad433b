// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.examples.TopologyStamp;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads signals and topologies of the instances. An instance that does not answer is left out. */
final class InstanceProbe {
  private static final Duration TIMEOUT = Duration.ofMillis(400);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final JsonMapper json = new JsonMapper();

  /** Returns the signals of the instances that answer in time, by instance. */
  Map<String, Map<String, Double>> signals(Map<String, String> bases) {
    return ask(bases, "/signals", new TypeReference<Map<String, Double>>() {});
  }

  /** Returns the topologies of the instances that answer in time, by instance. */
  Map<String, TopologyStamp> topologies(Map<String, String> bases) {
    return ask(bases, "/topology", new TypeReference<TopologyStamp>() {});
  }

  private <T> Map<String, T> ask(Map<String, String> bases, String path, TypeReference<T> type) {
    Map<String, CompletableFuture<Optional<T>>> asked = new HashMap<>();
    bases.forEach((name, base) -> asked.put(name, ask(base + path, type)));
    Map<String, T> answers = new TreeMap<>();
    asked.forEach((name, answer) -> answer.join().ifPresent(found -> answers.put(name, found)));
    return answers;
  }

  private <T> CompletableFuture<Optional<T>> ask(String uri, TypeReference<T> type) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).timeout(TIMEOUT).build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
        .thenApply(response -> Optional.of(json.readValue(response.body(), type)))
        .exceptionally(gone -> Optional.empty());
  }
}
