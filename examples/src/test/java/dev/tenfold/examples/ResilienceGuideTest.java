// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.BreakerMode;
import dev.tenfold.resilience.BreakerSignal;
import dev.tenfold.resilience.BreakerState;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CallTimeoutException;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Classifier;
import dev.tenfold.resilience.Fallback;
import dev.tenfold.resilience.KeyedPolicies;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.RateLimiter;
import dev.tenfold.resilience.RefusalKind;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.RetryBudget;
import dev.tenfold.resilience.Timeout;
import dev.tenfold.resilience.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The guide's examples stand here or beside; what they claim is tried. */
class ResilienceGuideTest {
  record Response(int status, String body, @Nullable Duration retryAfter) {}

  /** The backend of the examples. */
  private static final class Client {
    String get(long id) {
      return "answer " + id;
    }

    CompletableFuture<String> getAsync(long id) {
      return CompletableFuture.completedFuture("answer " + id);
    }
  }

  private final Client client = new Client();
  private final long id = 42;

  private static Guide guide() throws IOException {
    return Guide.of("resilience.md");
  }

  @Test
  void guide_everyJavaBlock_isCodeThatIsCompiledHere() throws IOException {
    assertThat(guide().blocks()).hasSizeGreaterThan(10);
    assertThat(guide().blocksThatNobodyCompiles()).isEmpty();
  }

  @Test
  void guide_everyOption_isNamed() throws IOException {
    assertThat(
            guide()
                .optionsNotNamed(
                    Retry.Builder.class,
                    RetryBudget.Builder.class,
                    CircuitBreaker.Builder.class,
                    RateLimiter.Builder.class,
                    Bulkhead.Builder.class,
                    Timeout.Builder.class,
                    KeyedPolicies.Builder.class,
                    Pipeline.Builder.class))
        .isEmpty();
  }

  @Test
  void smallestExample_called_answers() throws IOException {
    var pipeline =
        Pipeline.of(
            "payments",
            Retry.builder("payments").build(), // up to 4 attempts, within a budget
            CircuitBreaker.builder("payments").build(), // opens if half of at least 20 calls fail
            Bulkhead.builder("payments", 32).build(), // at most 32 at once
            Timeout.of(ofSeconds(1))); // for each attempt

    String answer = pipeline.call(() -> client.get(id));

    assertThat(answer).isEqualTo("answer 42");
    everyWayToCall(pipeline);
  }

  private void everyWayToCall(Pipeline pipeline) {
    String a = pipeline.call(() -> client.get(id)); // throws what the lambda throws
    String b = pipeline.call(() -> client.get(id), Fallback.value("n/a"));
    CompletableFuture<String> c = pipeline.callAsync(() -> client.getAsync(id));
    Outcome<String> d = pipeline.tryCall(() -> client.get(id)); // no exception for a refusal
    String text = d.fold(answer -> answer, error -> "failed", refusal -> "busy");

    assertThat(List.of(a, b, c.join(), text)).containsOnly("answer 42");

    String e = // no wait inside ends after the 800 ms
        Deadline.after(ofMillis(800)).call(() -> pipeline.call(() -> client.get(id)));
    assertThat(e).isEqualTo(b);
  }

  interface Session {
    void logout();
  }

  interface Server {
    Session login();
  }

  /** Sessions that hold a permit until they are closed. */
  private record Sessions(Bulkhead places, Server server) {
    Session open() {
      places.acquire(); // waits as a call does: for maxWait, or until the deadline
      try {
        return server.login();
      } catch (Throwable failed) {
        places.release();
        throw failed;
      }
    }

    void close(Session session) {
      try {
        session.logout();
      } finally {
        places.release(); // once for each acquire, on any thread
      }
    }
  }

  @Test
  void sessions_openedAndClosed_holdAPermitEach() {
    var time = ManualTimeSource.autoAdvancing();
    var places = Bulkhead.builder("sessions", 2).maxWait(ofSeconds(1)).timeSource(time).build();
    var sessions = new Sessions(places, () -> () -> {});
    Session first = sessions.open();
    Session second = sessions.open();
    assertThat(places.inFlight()).isEqualTo(2);
    assertThatThrownBy(sessions::open)
        .isInstanceOfSatisfying(
            RejectedException.class,
            refused -> assertThat(refused.kind()).isEqualTo(RefusalKind.BULKHEAD_WAITED_TOO_LONG));
    assertThat(time.nanoTime()).isEqualTo(ofSeconds(1).toNanos());
    Deadline.after(ofMillis(10), time)
        .run(() ->
            assertThatThrownBy(sessions::open)
                .isInstanceOfSatisfying(
                    RejectedException.class,
                    refused -> assertThat(refused.kind()).isEqualTo(RefusalKind.DEADLINE_ENDED)));
    assertThat(places.refused()).isEqualTo(2);

    sessions.close(first);
    sessions.close(second);

    assertThat(places.inFlight()).isZero();
    assertThatThrownBy(places::release).isInstanceOf(IllegalStateException.class);
    Server down =
        () -> {
          throw new IllegalStateException("down");
        };
    assertThatThrownBy(new Sessions(places, down)::open).hasMessage("down");
    assertThat(places.inFlight()).isZero();
  }

  static int status(RejectedException refusal) {
    boolean perCaller = refusal.policy().equals("quota"); // a limiter that counts this caller
    if (perCaller && refusal.kind() instanceof RefusalKind kind) {
      return switch (kind) {
        case RATE_LIMITED, WAIT_TOO_LONG -> 429;
        default -> 503;
      };
    }
    return 503;
  }

  @Test
  void refusal_byItsKind_becomesAStatus() {
    var once = RateLimiter.builder("quota", 1, ofHours(1)).build();
    var none = CircuitBreaker.builder("down").mode(BreakerMode.FORCED_OPEN).build();
    Pipeline quota = Pipeline.of("quota", once);
    assertThat(quota.call(() -> "first")).isEqualTo("first");

    Function<Outcome<String>, Integer> status =
        outcome -> outcome.fold(answer -> 200, error -> 502, refusal -> status(refusal));
    assertThat(status.apply(quota.tryCall(() -> "second"))).isEqualTo(429);
    assertThat(status.apply(Pipeline.of("down", none).tryCall(() -> "never"))).isEqualTo(503);
    assertThat(status(new RejectedException("own", "maintenance", null))).isEqualTo(503);
  }

  @Test
  void fallback_narrowed_standsInForRefusalsAndTimeoutsOnly() throws IOException {
    Fallback<String> lastKnown =
        Fallback.<String>of(error -> "last known")
            .when(error ->
                error instanceof RejectedException || error instanceof CallTimeoutException);

    var breaker = CircuitBreaker.builder("b").build();
    Pipeline pipeline = Pipeline.of("p", breaker);
    assertThatThrownBy(() ->
            pipeline.call(
                () -> {
                  throw new IOException("broken");
                },
                lastKnown))
        .isInstanceOf(IOException.class);
    breaker.openNow(ofSeconds(1));
    assertThat(pipeline.call(() -> "never", lastKnown)).isEqualTo("last known");
  }

  @Test
  void order_breakerOutsideTheRetry_isRefusedUnlessAskedFor() {
    var retry = Retry.builder("payments").build();
    var breaker = CircuitBreaker.builder("payments").build();

    assertThatThrownBy(() -> Pipeline.of("payments", breaker, retry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("anyOrder()");
    assertThatThrownBy(
            () -> Pipeline.of("p", Timeout.of(ofSeconds(1)), retry, Timeout.of(ofSeconds(1))))
        .hasMessageContaining("can never fire");
    assertThatThrownBy(() -> Pipeline.of("p", retry, Retry.builder("other").build()))
        .hasMessageContaining("multiply");
    assertThat(Pipeline.builder("payments", breaker, retry).anyOrder().build()).isNotNull();
  }

  @Test
  void busyBackend_429WithRetryAfter_opensTheBreakerForThatLong() {
    BreakerSignal busy =
        (value, error) -> value instanceof Response r && r.status() == 429 ? r.retryAfter() : null;
    Classifier http =
        (value, error) ->
            value instanceof Response r && (r.status() == 429 || r.status() >= 500)
                ? Verdict.FAILURE
                : null;

    ManualTimeSource time = ManualTimeSource.autoAdvancing();
    var breaker =
        CircuitBreaker.builder("search").classifier(http).openOn(busy).timeSource(time).build();
    var retry =
        Retry.builder("search").classifier(http).retryAfter(busy::openFor).timeSource(time).build();

    var pipeline = Pipeline.of("search", breaker);
    pipeline.call(() -> new Response(429, "", ofSeconds(3)));
    assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    assertThat(pipeline.tryCall(() -> "never"))
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            refused -> assertThat(refused.retryAfterNanos()).isEqualTo(3_000_000_000L));

    var answers =
        List.of(new Response(429, "", ofSeconds(3)), new Response(200, "ok", null)).iterator();
    time.advance(ofSeconds(3));
    assertThat(Pipeline.of("search", retry, breaker).call(answers::next).body()).isEqualTo("ok");
    assertThat(time.nanoTime()).isGreaterThanOrEqualTo(6_000_000_000L);
    assertThat(breaker.counts().opened()).isEqualTo(2);
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
  }

  @Test
  void rate_fasterThanAllowed_isSmoothed() {
    var limiter =
        RateLimiter.builder("geocoder", 100, ofSeconds(1)) // 100 a second, evenly
            .burst(20) // at most this many at once, after a pause
            .maxWait(ofMillis(50)) // a call that comes too early waits for at most 50 ms
            .build();

    assertThat(limiter.burst()).isEqualTo(20);
    assertThat(limiter.weighing(10).name()).isEqualTo("geocoder");

    var time = ManualTimeSource.autoAdvancing();
    var inVirtualTime =
        RateLimiter.builder("geocoder", 100, ofSeconds(1))
            .burst(20)
            .maxWait(ofMillis(50))
            .timeSource(time)
            .build();
    var pipeline = Pipeline.of("geocoder", inVirtualTime);
    for (int i = 0; i < 120; i++) {
      pipeline.call(() -> "placed");
    }
    assertThat(inVirtualTime.waited()).isEqualTo(100);
    assertThat(Duration.ofNanos(time.nanoTime())).isEqualTo(ofSeconds(1));
    assertThat(inVirtualTime.tryAcquire(1)).isFalse();
  }

  @Test
  void hosts_oneFails_theOthersAreServed() {
    var hosts =
        KeyedPolicies.<String>builder(
                "hosts",
                1_000,
                host -> Pipeline.of("host", CircuitBreaker.builder("host").window(20).build()))
            .build();

    for (int i = 0; i < 20; i++) {
      hosts.tryCall(
          "dead.example",
          () -> {
            throw new IOException("connection refused");
          });
    }

    assertThat(hosts.tryCall("dead.example", () -> "x")).isInstanceOf(Outcome.Rejected.class);
    assertThat(hosts.call("other.example", () -> "fine")).isEqualTo("fine");
  }

  @Test
  void virtualTime_breakerThatOpened_letsProbesInLater() {
    var time = new ManualTimeSource();
    var breaker =
        CircuitBreaker.builder("payments")
            .consecutiveFailures(5)
            .openFor(ofSeconds(10))
            .timeSource(time)
            .build();
    var pipeline = Pipeline.of("payments", breaker);
    for (int i = 0; i < 5; i++) {
      pipeline.tryCall(() -> {
        throw new IOException("down");
      });
    }

    assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Rejected.class);
    time.advance(ofSeconds(10));
    assertThat(pipeline.call(() -> "a probe")).isEqualTo("a probe");
    assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
  }

  @Test
  void dryRun_whatWouldHaveOpened_isCountedAndNobodyRefused() {
    var breaker =
        CircuitBreaker.builder("payments")
            .consecutiveFailures(5)
            .mode(BreakerMode.METRICS_ONLY)
            .build();

    Pipeline pipeline = Pipeline.of("payments", breaker);
    for (int i = 0; i < 5; i++) {
      pipeline.tryCall(() -> {
        throw new IOException("down");
      });
    }
    assertThat(breaker.counts().wouldOpen()).isEqualTo(1);
    assertThat(pipeline.call(() -> "let in")).isEqualTo("let in");

    breaker.switchTo(BreakerMode.AUTOMATIC);

    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void state_asAGauge_countsInTheOrderOfTheStates() throws IOException {
    List<String> states =
        Arrays.stream(BreakerState.values())
            .map(state -> state.ordinal() + " `" + state + "`")
            .toList();

    assertThat(guide().text()).contains(states);
  }
}
