// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.of;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a builder is given wrong is refused where it is given, by a message with value and limit.
 */
@SuppressWarnings("NullAway")
class BadInputTest {
  private static final Duration NEGATIVE = Duration.ofMillis(-5);
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

  static Stream<Arguments> outOfRange() {
    List<Arguments> rows = new ArrayList<>();
    for (double rate : new double[] {Double.NaN, -0.1, 0, 1.1, Double.POSITIVE_INFINITY}) {
      String value = String.valueOf(rate);
      rows.add(row(() -> breaker().failureRate(rate), "failureRate", value, "more than 0"));
      rows.add(
          row(() -> breaker().probeSuccessRate(rate), "probeSuccessRate", value, "more than 0"));
      rows.add(row(() -> breaker().slowCalls(Duration.ofSeconds(1), rate), value, "at most 1"));
    }
    for (double ratio : new double[] {Double.NaN, -0.1, 10.5, Double.POSITIVE_INFINITY}) {
      rows.add(
          row(() -> RetryBudget.builder().ratio(ratio), "ratio is " + ratio, "from 0.0 to 10.0"));
    }
    for (Duration none : List.of(Duration.ZERO, NEGATIVE)) {
      String value = none.toString();
      rows.add(row(() -> breaker().window(none), "window", value, "10 ms"));
      rows.add(row(() -> breaker().slowCalls(none, 0.5), "slowCalls", value, "more than 0"));
      rows.add(row(() -> breaker().openFor(none), "openFor", value, "more than 0"));
      rows.add(row(() -> breaker().probeLease(none), "probeLease", value, "more than 0"));
      rows.add(row(() -> breaker().rampUp(none), "rampUp", value, "more than 0"));
      rows.add(row(() -> Timeout.of(none), "timeout", value, "more than 0"));
      rows.add(row(() -> retry().maxDuration(none), "maxDuration", value, "more than 0"));
      rows.add(row(() -> RetryBudget.builder().trickle(none), "trickle", value, "more than 0"));
      rows.add(row(() -> Backoff.exponential(none, FOREVER), value, "0 < base"));
      rows.add(row(() -> keyed().idleAfter(none), "idleAfter", value, "1 s"));
    }
    rows.add(row(() -> Backoff.constant(NEGATIVE), NEGATIVE.toString(), "0"));
    rows.add(row(() -> bulkhead().maxWait(NEGATIVE), "maxWait is PT-0.005S", "0 or more"));
    rows.add(row(() -> Backoff.exponential(ofSeconds(2), ofSeconds(1)), "PT2S", "PT1S"));
    for (double factor : new double[] {Double.NaN, 1, -2, Double.POSITIVE_INFINITY}) {
      rows.add(
          row(() -> Backoff.exponential(ofSeconds(1), FOREVER, factor), "factor is " + factor));
    }
    for (int count : new int[] {0, -1, Integer.MIN_VALUE}) {
      String value = String.valueOf(count);
      rows.add(row(() -> breaker().window(count), "window", value, "from 1 to "));
      rows.add(row(() -> breaker().minimumCalls(count), "minimumCalls", value, "1"));
      rows.add(row(() -> breaker().consecutiveFailures(count), "consecutiveFailures", value, "1"));
      rows.add(row(() -> breaker().probes(count), "probes", value, "from 1 to "));
      rows.add(row(() -> Bulkhead.builder("b", count), "limit", value, "1"));
      rows.add(row(() -> bulkhead().maxWaiters(count), "maxWaiters", value, "1"));
      rows.add(row(() -> retry().maxAttempts(count), "maxAttempts", value, "2"));
      rows.add(row(() -> RetryBudget.builder().burst(count), "burst", value, "1"));
      rows.add(
          row(
              () -> KeyedPolicies.builder("k", count, key -> none()),
              "maxKeys",
              value,
              "from 1 to "));
    }
    rows.add(row(() -> limiter().burst(0), "burst", "0", "1"));
    rows.add(row(() -> RateLimiter.builder("l", 0, ofSeconds(1)), "permits", "0", "1"));
    rows.add(row(() -> RateLimiter.builder("l", 1, NEGATIVE), "period", NEGATIVE.toString(), "0"));
    rows.add(row(() -> RateLimiter.builder("l", 1, FOREVER), "period", FOREVER.toString()));
    rows.add(row(() -> RateLimiter.builder("l", 2, Duration.ofNanos(1)), "2 per PT0.000000001S"));
    rows.add(row(() -> limiter().maxWait(NEGATIVE), "maxWait is PT-0.005S", "0 or more"));
    rows.add(row(() -> breaker().window(1 << 21), "window", "2097152", "1048576"));
    rows.add(row(() -> breaker().probes(1_001), "probes", "1001", "1000"));
    return rows.stream();
  }

  private static Arguments row(ThrowingCallable code, String... inTheMessage) {
    return of(String.join(" ", inTheMessage), code, inTheMessage);
  }

  private static Duration ofSeconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static CircuitBreaker.Builder breaker() {
    return CircuitBreaker.builder("breaker");
  }

  private static Retry.Builder retry() {
    return Retry.builder("retry");
  }

  private static Bulkhead.Builder bulkhead() {
    return Bulkhead.builder("bulkhead", 1);
  }

  private static RateLimiter.Builder limiter() {
    return RateLimiter.builder("limiter", 1, ofSeconds(1));
  }

  private static KeyedPolicies.Builder<String> keyed() {
    return KeyedPolicies.builder("keyed", 1, key -> none());
  }

  private static Pipeline none() {
    return Pipeline.of("none");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outOfRange")
  void builder_outOfRange_namesValueAndLimit(
      String row, ThrowingCallable code, String[] inTheMessage) {
    assertThatThrownBy(code)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(inTheMessage);
  }

  static Stream<Arguments> emptyNames() {
    return Stream.of(
        of("breaker", (ThrowingCallable) () -> CircuitBreaker.builder("")),
        of("retry", (ThrowingCallable) () -> Retry.builder("")),
        of("bulkhead", (ThrowingCallable) () -> Bulkhead.builder("", 1)),
        of("limiter", (ThrowingCallable) () -> RateLimiter.builder("", 1, ofSeconds(1))),
        of("timeout", (ThrowingCallable) () -> Timeout.builder("", ofSeconds(1))),
        of("pipeline", (ThrowingCallable) () -> Pipeline.of("")),
        of("keyed", (ThrowingCallable) () -> KeyedPolicies.builder("", 1, key -> none())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("emptyNames")
  void builder_emptyName_isRefused(String what, ThrowingCallable code) {
    assertThatThrownBy(code)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("name", what, "empty");
  }

  static Stream<Arguments> nulls() {
    return Stream.of(
        nullRow("breaker name", () -> CircuitBreaker.builder(null)),
        nullRow("breaker window", () -> breaker().window((Duration) null)),
        nullRow("breaker windows", () -> breaker().window((Supplier<FailureWindow>) null)),
        nullRow("breaker slowCalls", () -> breaker().slowCalls(null, 0.5)),
        nullRow("breaker openFor", () -> breaker().openFor((Duration) null)),
        nullRow("breaker backoff", () -> breaker().openFor((Backoff) null)),
        nullRow("breaker lease", () -> breaker().probeLease(null)),
        nullRow("breaker ramp", () -> breaker().rampUp(null)),
        nullRow("breaker signal", () -> breaker().openOn(null)),
        nullRow("breaker mode", () -> breaker().mode(null)),
        nullRow("breaker classifier", () -> breaker().classifier(null)),
        nullRow("breaker listener", () -> breaker().onStateChange(null)),
        nullRow("breaker time", () -> breaker().timeSource(null)),
        nullRow("breaker random", () -> breaker().random(null)),
        nullRow("breaker telemetry", () -> breaker().telemetry(null)),
        nullRow("retry name", () -> Retry.builder(null)),
        nullRow("retry maxDuration", () -> retry().maxDuration(null)),
        nullRow("retry backoff", () -> retry().backoff(null)),
        nullRow("retry budget", () -> retry().budget(null)),
        nullRow("retry classifier", () -> retry().classifier(null)),
        nullRow("retry retryAfter", () -> retry().retryAfter(null)),
        nullRow("retry listener", () -> retry().onRetry(null)),
        nullRow("retry time", () -> retry().timeSource(null)),
        nullRow("retry random", () -> retry().random((RandomGenerator) null)),
        nullRow("retry telemetry", () -> retry().telemetry(null)),
        nullRow("budget trickle", () -> RetryBudget.builder().trickle(null)),
        nullRow("budget time", () -> RetryBudget.builder().timeSource(null)),
        nullRow("bulkhead name", () -> Bulkhead.builder(null, 1)),
        nullRow("bulkhead maxWait", () -> bulkhead().maxWait(null)),
        nullRow("bulkhead time", () -> bulkhead().timeSource(null)),
        nullRow("bulkhead telemetry", () -> bulkhead().telemetry(null)),
        nullRow("limiter name", () -> RateLimiter.builder(null, 1, ofSeconds(1))),
        nullRow("limiter period", () -> RateLimiter.builder("l", 1, null)),
        nullRow("limiter maxWait", () -> limiter().maxWait(null)),
        nullRow("limiter time", () -> limiter().timeSource(null)),
        nullRow("limiter telemetry", () -> limiter().telemetry(null)),
        nullRow("timeout", () -> Timeout.of(null)),
        nullRow("timeout name", () -> Timeout.builder(null, ofSeconds(1))),
        nullRow("timeout time", () -> Timeout.builder("t", ofSeconds(1)).timeSource(null)),
        nullRow("timeout telemetry", () -> Timeout.builder("t", ofSeconds(1)).telemetry(null)),
        nullRow("backoff", () -> Backoff.constant(null)),
        nullRow("backoff base", () -> Backoff.exponential(null, FOREVER)),
        nullRow("backoff cap", () -> Backoff.exponential(ofSeconds(1), null)),
        nullRow("fallback", () -> Fallback.of(null)),
        nullRow("fallback condition", () -> Fallback.value("n/a").when(null)),
        nullRow("pipeline name", () -> Pipeline.of(null)),
        nullRow("pipeline policy", () -> Pipeline.of("p", (Policy) null)),
        nullRow("pipeline executor", () -> Pipeline.builder("p").executor(null)),
        nullRow("pipeline telemetry", () -> Pipeline.builder("p").telemetry(null)),
        nullRow("pipelines of keys", () -> KeyedPolicies.builder("k", 1, null)),
        nullRow("overflow of keys", () -> keyed().overflow(null)),
        nullRow("time of keys", () -> keyed().timeSource(null)),
        nullRow("call", () -> none().call(null)),
        nullRow("call with fallback", () -> none().call(() -> "value", null)),
        nullRow("run", () -> none().run(null)),
        nullRow("tryCall", () -> none().tryCall(null)),
        nullRow("callAsync", () -> none().callAsync(null)),
        nullRow("callAsync with fallback", () -> none().callAsync(() -> null, null)));
  }

  private static Arguments nullRow(String what, ThrowingCallable code) {
    return of(what, code);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nulls")
  void anything_null_isRefusedOnTheSpot(String what, ThrowingCallable code) {
    assertThatThrownBy(code).isInstanceOf(NullPointerException.class);
  }

  @Test
  void pipeline_nullPolicy_isNamedByItsIndex() {
    assertThatThrownBy(() -> Pipeline.of("payments", retry().build(), null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("policy at index 1 of pipeline \"payments\" is null");
    assertThatThrownBy(() -> Pipeline.of("payments", (Policy[]) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("policies");
  }

  static Stream<Arguments> longest() {
    return Stream.of(
        of("breaker", breaker().window(FOREVER).openFor(FOREVER).probeLease(FOREVER).build()),
        of("slow", breaker().slowCalls(FOREVER, 1).openFor(Backoff.constant(FOREVER)).build()),
        of("ramp", breaker().rampUp(FOREVER).build()),
        of("retry", retry().maxDuration(FOREVER).backoff(Backoff.constant(FOREVER)).build()),
        of("bulkhead", bulkhead().maxWait(FOREVER).build()),
        of("limiter", limiter().burst(9).maxWait(FOREVER).build()),
        of("timeout", Timeout.of(FOREVER)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("longest")
  void call_longestDuration_doesNotOverflow(String what, Policy policy) {
    Pipeline pipeline = Pipeline.of("p", policy);

    assertThat(pipeline.call(() -> "value")).isEqualTo("value");
    assertThat(pipeline.callAsync(() -> completed("value"))).isCompletedWithValue("value");
  }

  private static java.util.concurrent.CompletableFuture<String> completed(String value) {
    return java.util.concurrent.CompletableFuture.completedFuture(value);
  }
}
