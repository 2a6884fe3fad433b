// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@org.junit.jupiter.api.Timeout(60)
class KeyedPoliciesTest {
  private static final Duration IDLE = Duration.ofMinutes(10);
  private static final Duration OPEN = Duration.ofDays(1);
  private static final Duration LEASE = Duration.ofHours(3);
  private static final Duration SURELY_IDLE = IDLE.multipliedBy(3).dividedBy(2);

  private final ManualTimeSource time = new ManualTimeSource();
  private final List<String> made = new ArrayList<>();
  private final Map<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();
  private final Map<String, Bulkhead> bulkheads = new ConcurrentHashMap<>();

  private Pipeline pipeline(String host) {
    made.add(host);
    CircuitBreaker breaker =
        CircuitBreaker.builder("host")
            .consecutiveFailures(1)
            .openFor(OPEN)
            .probeLease(LEASE)
            .timeSource(time)
            .build();
    Bulkhead bulkhead =
        Bulkhead.builder("host", 1).maxWait(Duration.ofDays(2)).timeSource(time).build();
    breakers.put(host, breaker);
    bulkheads.put(host, bulkhead);
    return Pipeline.builder("host", breaker, bulkhead).executor(Runnable::run).build();
  }

  private KeyedPolicies.Builder<String> builder(int maxKeys) {
    return KeyedPolicies.<String>builder("hosts", maxKeys, this::pipeline)
        .idleAfter(IDLE)
        .timeSource(time);
  }

  private static void fail(KeyedPolicies<String> hosts, String host) {
    assertThat(
            hosts.tryCall(
                host,
                () -> {
                  throw new IOException("down");
                }))
        .isInstanceOf(Outcome.Failure.class);
  }

  @Test
  void call_everyWay_goesThroughThePipelineOfTheKey() throws Exception {
    KeyedPolicies<String> hosts = builder(2).build();
    AtomicInteger runs = new AtomicInteger();

    assertThat(hosts.<String, RuntimeException>call("a", () -> "value")).isEqualTo("value");
    assertThat(
            hosts.<String, IOException>call(
                "a",
                () -> {
                  throw new IOException("down");
                },
                Fallback.value("fallback")))
        .isEqualTo("fallback");
    assertThatThrownBy(() -> hosts.run("a", runs::incrementAndGet))
        .as("the breaker of a has opened")
        .isInstanceOf(RejectedException.class);
    hosts.run("b", runs::incrementAndGet);
    assertThat(hosts.tryCall("b", () -> 1)).isEqualTo(new Outcome.Success<>(1));
    assertThat(hosts.callAsync("b", () -> CompletableFuture.completedFuture(2)).join())
        .isEqualTo(2);
    assertThat(
            hosts
                .<Integer>callAsync(
                    "b",
                    () -> CompletableFuture.failedFuture(new IOException("down")),
                    Fallback.value(3))
                .join())
        .isEqualTo(3);

    assertThat(runs).hasValue(1);
    assertThat(made).containsExactly("a", "b");
    assertThat(hosts.size()).isEqualTo(2);
  }

  @Test
  void call_fullAndNobodyIdle_isRefusedAndCounted() {
    KeyedPolicies<String> hosts = builder(1).build();
    hosts.call("a", () -> "value");

    assertThatThrownBy(() -> hosts.call("b", () -> "never"))
        .isInstanceOfSatisfying(
            RejectedException.class, refusal -> assertThat(refusal.policy()).isEqualTo("hosts"));
    assertThat(hosts.tryCall("c", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    assertThat(hosts.<String, RuntimeException>call("d", () -> "never", Fallback.value("n/a")))
        .isEqualTo("n/a");
    assertThatThrownBy(hosts.callAsync("e", CompletableFuture<String>::new)::join)
        .hasCauseInstanceOf(RejectedException.class);
    assertThat(hosts.overflowed()).isEqualTo(4);
    assertThat(hosts.size()).isEqualTo(1);
    assertThat(made).containsExactly("a");
  }

  @Test
  void call_fullWithOverflow_goesThroughIt() {
    Bulkhead shared = Bulkhead.builder("others", 1).timeSource(time).build();
    KeyedPolicies<String> hosts = builder(1).overflow(Pipeline.of("others", shared)).build();
    hosts.call("a", () -> "value");

    int inFlight = hosts.call("b", shared::inFlight);

    assertThat(inFlight).isEqualTo(1);
    assertThat(hosts.overflowed()).isEqualTo(1);
    assertThat(hosts.tryCall("b", () -> hosts.tryCall("c", () -> "never")))
        .isEqualTo(
            new Outcome.Success<>(
                new Outcome.Rejected<>("others", RefusalKind.BULKHEAD_FULL, -1, null)));
  }

  @Test
  void call_fullButSomebodyIdle_takesThatPlace() {
    KeyedPolicies<String> hosts = builder(2).build();
    hosts.call("idle", () -> "value");
    hosts.call("used", () -> "value");
    for (Duration passed = Duration.ZERO;
        passed.compareTo(SURELY_IDLE) < 0;
        passed = passed.plusMinutes(1)) {
      time.advance(Duration.ofMinutes(1));
      hosts.call("used", () -> "value");
    }

    assertThat(hosts.<String, RuntimeException>call("new", () -> "value")).isEqualTo("value");
    hosts.call("used", () -> "value");
    assertThat(made).containsExactly("idle", "used", "new");
    assertThat(hosts.evicted()).isEqualTo(1);
    assertThat(hosts.size()).isEqualTo(2);
  }

  @Test
  void call_usedUntilLessThanIdleAfterAgo_isKept() {
    KeyedPolicies<String> hosts = builder(1).build();
    hosts.call("a", () -> "value");
    time.advance(Duration.ofDays(30));
    hosts.call("a", () -> "value");
    time.advance(IDLE.minusNanos(1));

    assertThat(hosts.tryCall("b", () -> "never")).isInstanceOf(Outcome.Rejected.class);
  }

  @Test
  void call_quietDayBefore_findsAPlaceAtOnce() {
    KeyedPolicies<String> hosts = builder(100).build();
    IntStream.range(0, 100).forEach(i -> hosts.call("old " + i, () -> "value"));
    time.advance(Duration.ofDays(1));

    IntStream.range(0, 100).forEach(i -> hosts.call("new " + i, () -> "value"));

    assertThat(hosts.size()).isEqualTo(100);
    assertThat(hosts.overflowed()).isZero();
  }

  @Test
  void call_stormOfNewKeys_neverForgetsAnOpenBreaker() {
    KeyedPolicies<String> hosts = builder(10).build();
    fail(hosts, "down");
    for (int i = 0; i < 1_000; i++) {
      hosts.tryCall("host " + i, () -> "value");
      time.advance(Duration.ofSeconds(60));
    }

    assertThat(hosts.evicted()).as("others came and went").isPositive();
    assertThat(hosts.tryCall("down", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    assertThat(made.stream().filter("down"::equals)).hasSize(1);
  }

  @Test
  void call_openTimeOverAndNobodyCalledSince_takesThosePlaces() {
    KeyedPolicies<String> hosts = builder(10).build();
    IntStream.range(0, 10).forEach(i -> fail(hosts, "gone " + i));
    time.advance(OPEN.minusNanos(1));
    assertThat(hosts.tryCall("new", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    time.advance(IDLE);

    IntStream.range(0, 10).forEach(i -> hosts.call("new " + i, () -> "value"));
    assertThat(hosts.evicted()).isEqualTo(10);
    assertThat(hosts.size()).isEqualTo(10);
  }

  @Test
  void call_openTimeOverButCalledLessThanIdleAfterAgo_isKept() {
    KeyedPolicies<String> hosts = builder(1).build();
    fail(hosts, "a");
    time.advance(OPEN.minusNanos(1));
    assertThat(hosts.tryCall("a", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    time.advance(IDLE.minusNanos(1));

    assertThat(hosts.tryCall("b", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    assertThat(breakers.get("a").state()).isEqualTo(BreakerState.HALF_OPEN);
  }

  @Test
  void call_probeOutUnderItsLease_isKept() {
    KeyedPolicies<String> hosts = builder(1).build();
    fail(hosts, "a");
    time.advance(OPEN);
    assertThat(breakers.get("a").enter(0)).as("a probe that never returns").isPositive();
    time.advance(LEASE.minusNanos(1));
    assertThat(hosts.tryCall("b", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    time.advance(IDLE);

    assertThat(hosts.tryCall("b", () -> "value")).isInstanceOf(Outcome.Success.class);
  }

  @Test
  void call_stormOfNewKeys_neverForgetsACallInFlight() {
    KeyedPolicies<String> hosts = builder(2).build();
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> running = hosts.callAsync("slow", () -> stage);
    CompletableFuture<String> waiting = hosts.callAsync("slow", CompletableFuture<String>::new);
    for (int i = 0; i < 100; i++) {
      hosts.tryCall("host " + i, () -> "value");
      time.advance(Duration.ofMinutes(10));
    }
    waiting.cancel(true);
    stage.complete("done");
    assertThat(running).isCompletedWithValue("done");

    hosts.tryCall("slow", () -> "value");
    assertThat(made.stream().filter("slow"::equals)).as("in use until just now").hasSize(1);
    time.advance(SURELY_IDLE);
    IntStream.range(0, 2).forEach(i -> hosts.call("late " + i, () -> "value"));
    assertThat(hosts.evicted()).isGreaterThan(2);
  }

  @Test
  void call_bulkheadHeldFromElsewhere_isKept() {
    KeyedPolicies<String> hosts = builder(1).build();
    hosts.call("a", () -> "value");
    long permit = bulkheads.get("a").enter(0);
    time.advance(SURELY_IDLE);

    assertThat(hosts.tryCall("b", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    bulkheads.get("a").exit(permit, 0, 0, Verdict.SUCCESS);
    time.advance(IDLE.dividedBy(100));
    assertThat(hosts.tryCall("b", () -> "value")).isInstanceOf(Outcome.Success.class);
  }

  @Test
  void call_rateLimiterStillOwingTime_isKept() {
    KeyedPolicies<String> hosts =
        KeyedPolicies.<String>builder(
                "hosts",
                1,
                host ->
                    Pipeline.of(
                        "host",
                        RateLimiter.builder("host", 1, Duration.ofHours(1))
                            .timeSource(time)
                            .build()))
            .idleAfter(Duration.ofSeconds(1))
            .timeSource(time)
            .build();
    hosts.call("a", () -> "value");
    time.advance(Duration.ofMinutes(59));
    assertThat(hosts.tryCall("b", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    time.advance(Duration.ofMinutes(1));

    assertThat(hosts.tryCall("b", () -> "value")).isInstanceOf(Outcome.Success.class);
  }

  @Test
  void call_breakerSwitchedByHand_isKept() {
    KeyedPolicies<String> hosts = builder(1).build();
    hosts.call("a", () -> "value");
    breakers.get("a").switchTo(BreakerMode.FORCED_OPEN);
    time.advance(Duration.ofDays(1));

    assertThat(hosts.tryCall("b", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    assertThat(hosts.tryCall("a", () -> "never")).isInstanceOf(Outcome.Rejected.class);
    assertThat(hosts.evicted()).isZero();
  }

  @Test
  void call_functionThrowsOrReturnsNull_isThrownAndTakesNoPlace() {
    AtomicReference<Function<String, Pipeline>> function = new AtomicReference<>();
    KeyedPolicies<String> hosts =
        KeyedPolicies.<String>builder("hosts", 1, host -> function.get().apply(host))
            .timeSource(time)
            .build();
    function.set(host -> {
      throw new IllegalStateException("no " + host);
    });
    assertThatThrownBy(() -> hosts.call("a", () -> "never")).hasMessage("no a");
    assertThatThrownBy(() -> hosts.tryCall("a", () -> "never")).hasMessage("no a");
    assertThatThrownBy(() -> hosts.callAsync("a", CompletableFuture<String>::new))
        .hasMessage("no a");
    function.set(host -> null);
    assertThatNullPointerException()
        .isThrownBy(() -> hosts.call("a", () -> "never"))
        .withMessageContaining("returned null");
    assertThat(hosts.size()).isZero();
    function.set(this::pipeline);

    assertThat(hosts.<String, RuntimeException>call("b", () -> "value")).isEqualTo("value");
  }

  @Test
  void call_keyForgotten_takesBackTheTelemetryOfWhatWasMadeForIt() {
    var telemetry = new RecordingTelemetry();
    Retry shared = Retry.builder("shared").timeSource(time).telemetry(telemetry).build();
    int before = telemetry.open().size();
    KeyedPolicies<String> hosts =
        KeyedPolicies.<String>builder(
                "hosts",
                1,
                host ->
                    Pipeline.builder(
                            "host",
                            shared,
                            breaker(telemetry),
                            Bulkhead.builder("host", 1)
                                .timeSource(time)
                                .telemetry(telemetry)
                                .build(),
                            Timeout.builder("host", IDLE)
                                .timeSource(time)
                                .telemetry(telemetry)
                                .build())
                        .telemetry(telemetry)
                        .build())
            .idleAfter(IDLE)
            .timeSource(time)
            .build();
    hosts.call("a", () -> "value");
    int withOne = telemetry.open().size();
    for (int i = 0; i < 5; i++) {
      time.advance(SURELY_IDLE);
      hosts.call("host " + i, () -> "value");
    }

    assertThat(hosts.evicted()).isEqualTo(5);
    assertThat(withOne).isGreaterThan(before + 5);
    assertThat(telemetry.open()).hasSize(withOne);
  }

  private CircuitBreaker breaker(Telemetry telemetry) {
    return CircuitBreaker.builder("host").timeSource(time).telemetry(telemetry).build();
  }

  @Test
  void build_nothingCalled_keepsOneTimer() {
    builder(5).build();

    time.advance(Duration.ofDays(1));

    assertThat(time.pending()).isLessThanOrEqualTo(1);
  }

  @Test
  void builder_badInput_isNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder(0))
        .withMessageContaining("maxKeys of keyed policies \"hosts\" is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder(100_001))
        .withMessageContaining("100001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder(1).idleAfter(Duration.ofMillis(999)))
        .withMessageContaining("PT0.999S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyedPolicies.<String>builder("", 1, this::pipeline))
        .withMessageContaining("name");
    assertThatNullPointerException()
        .isThrownBy(() -> builder(1).build().call(null, () -> "never"))
        .withMessage("key");
    assertThatNullPointerException()
        .isThrownBy(() -> KeyedPolicies.<String>builder("hosts", 1, null))
        .withMessage("pipelines");
  }

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  /** One pipeline of a key, and how many calls are in it. */
  private static final class Guard implements Gate {
    private final AtomicReference<Guard> guarding;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger wrong;

    Guard(AtomicReference<Guard> guarding, AtomicInteger wrong) {
      this.guarding = guarding;
      this.wrong = wrong;
    }

    @Override
    public String name() {
      return "guard";
    }

    @Override
    public long enter(long nowNanos) {
      inside.incrementAndGet();
      Guard other = guarding.getAndSet(this);
      if (other != null && !other.equals(this) && other.inside.get() > 0) {
        wrong.incrementAndGet();
      }
      return 0;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
      if (inside.getAndDecrement() <= 0 || guarding.get() != this) {
        wrong.incrementAndGet();
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void call_manyThreadsAndFewPlaces_neverGuardsAKeyTwice(long seed) throws Exception {
    int maxKeys = 1 + (int) (seed % 3);
    Map<Integer, AtomicReference<Guard>> guarding = new ConcurrentHashMap<>();
    AtomicInteger wrong = new AtomicInteger();
    KeyedPolicies<Integer> keyed =
        KeyedPolicies.<Integer>builder(
                "keys",
                maxKeys,
                key ->
                    Pipeline.of(
                        "key",
                        new Guard(
                            guarding.computeIfAbsent(key, k -> new AtomicReference<>()), wrong)))
            .idleAfter(Duration.ofSeconds(1))
            .timeSource(time)
            .build();
    AtomicInteger served = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      Random random = new Random(seed * 31 + t);
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < 1_500; i++) {
              if (random.nextInt(20) == 0) {
                time.advance(Duration.ofMillis(1_000 + random.nextInt(1_000)));
              }
              keyed.tryCall(
                  random.nextInt(maxKeys + 2),
                  () -> {
                    if (keyed.size() > maxKeys) {
                      wrong.incrementAndGet();
                    }
                    return served.incrementAndGet();
                  });
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(wrong).hasValue(0);
    assertThat(served.get() + keyed.overflowed()).isEqualTo(4_500);
    assertThat(keyed.evicted()).isPositive();
    assertThat(keyed.size()).isBetween(1, maxKeys);
  }
}
