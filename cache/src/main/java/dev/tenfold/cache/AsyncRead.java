// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Ambient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Reads one key that memory does not have, on an executor. */
final class AsyncRead<K, V> {
  private final String cache;
  private final CacheCounters counters;
  private final FlightTable<K, V> flights;
  private final SingleRead<K, V> single;
  private final Executor executor;

  AsyncRead(
      Tiers<K, V> tiers, FlightTable<K, V> flights, SingleRead<K, V> single, Executor executor) {
    this.cache = tiers.cache();
    this.counters = tiers.counters();
    this.flights = flights;
    this.single = single;
    this.executor = executor;
  }

  CompletableFuture<@Nullable V> get(K key) {
    Flight<V> led = new Flight<>(new FlightLeader());
    Flight<V> present = flights.putIfAbsent(key, led);
    if (present != null) {
      return answer(key, present, Ambient.capture());
    }
    start(key, led);
    return answer(key, led, null);
  }

  private void start(K key, Flight<V> led) {
    Runnable task =
        () -> {
          try {
            single.lead(key, led);
          } catch (Throwable failure) {
            led.fail(failure); // without effect: lead() has failed the flight already
          }
        };
    try {
      executor.execute(Ambient.capture().wrap(task));
    } catch (Throwable refused) { // of any type: nothing else would end this flight
      flights.remove(key, led);
      led.fail(refused);
    }
  }

  /**
   * Returns a future of one caller for a flight. The caller's dependent stages run on the executor,
   * never on the thread of another caller's {@code get}.
   *
   * @param joined the context of a caller that joined: if the leader gives up, the key is read
   *     again under it; null for the leader
   */
  private CompletableFuture<@Nullable V> answer(K key, Flight<V> flight, @Nullable Ambient joined) {
    CompletableFuture<@Nullable V> answer = new CompletableFuture<>();
    CompletableFuture<Boolean> handled =
        flight
            .outcome()
            .handleAsync((value, failure) -> end(answer, key, value, failure, joined), executor);
    var unused =
        handled.whenComplete((done, refused) -> {
          if (refused != null) {
            answer.completeExceptionally(refused);
          }
        });
    return answer;
  }

  private boolean end(
      CompletableFuture<@Nullable V> answer,
      K key,
      @Nullable V value,
      @Nullable Throwable failure,
      @Nullable Ambient joined) {
    if (failure instanceof Flight.LeaderGaveUpException && joined != null) {
      Ambient.Scope caller = joined.open();
      try (caller) {
        var unused = get(key).whenComplete((again, error) -> complete(answer, again, error));
      }
      return true;
    }
    if (joined != null) {
      counters.coalesced.increment();
    }
    complete(answer, value, failure == null ? null : forCaller(failure));
    return true;
  }

  private static <V> void complete(
      CompletableFuture<@Nullable V> answer, @Nullable V value, @Nullable Throwable failure) {
    if (failure == null) {
      answer.complete(value);
    } else {
      answer.completeExceptionally(failure);
    }
  }

  /** Returns the failure as this caller gets it: a leader that gave up gets its own failure. */
  private Throwable forCaller(Throwable failure) {
    Throwable cause = failure;
    if (failure instanceof Flight.LeaderGaveUpException && failure.getCause() != null) {
      cause = failure.getCause();
    }
    return cause instanceof Error ? cause : Flight.forCaller(cache, cause);
  }
}
