// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a call allocates, as the JVM counts it for this thread, compiled or not. */
class AllocationTest {
  private static final int CALLS = 20_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static Stream<Arguments> pipelines() {
    return Stream.of(
        Arguments.of("nothing", 0, new Policy[] {}),
        Arguments.of("breaker by count", 0, new Policy[] {byCount()}),
        Arguments.of("breaker by time", 0, new Policy[] {byTime()}),
        Arguments.of("breaker of slow calls", 0, new Policy[] {slow()}),
        Arguments.of("breaker by streak", 0, new Policy[] {streak()}),
        Arguments.of("bulkhead", 0, new Policy[] {bulkhead()}),
        Arguments.of("rate limiter", 0, new Policy[] {limiter()}),
        Arguments.of("retry", 0, new Policy[] {retry()}),
        Arguments.of("retry, breaker, bulkhead", 0, new Policy[] {retry(), byCount(), bulkhead()}),
        Arguments.of("by time", 0, new Policy[] {retry(), byTime(), bulkhead()}),
        Arguments.of("of slow calls", 0, new Policy[] {retry(), slow(), bulkhead()}));
  }

  static Stream<Arguments> pipelinesWithTimeout() {
    return Stream.of(
        Arguments.of("timeout", 64, new Policy[] {timeout()}),
        Arguments.of("last N", 64, new Policy[] {retry(), byCount(), bulkhead(), timeout()}),
        Arguments.of("by time", 64, new Policy[] {retry(), byTime(), bulkhead(), timeout()}));
  }

  private static CircuitBreaker byCount() {
    return CircuitBreaker.builder("count").window(100).build();
  }

  private static CircuitBreaker byTime() {
    return CircuitBreaker.builder("time").build();
  }

  private static CircuitBreaker slow() {
    return CircuitBreaker.builder("slow").slowCalls(Duration.ofMinutes(1), 0.5).build();
  }

  private static CircuitBreaker streak() {
    return CircuitBreaker.builder("streak").consecutiveFailures(5).build();
  }

  private static Bulkhead bulkhead() {
    return Bulkhead.builder("bulkhead", 10).maxWait(Duration.ofSeconds(1)).build();
  }

  private static RateLimiter limiter() {
    return RateLimiter.builder("limiter", 1_000_000_000, Duration.ofSeconds(1)).build();
  }

  private static Retry retry() {
    return Retry.builder("retry").build();
  }

  private static Timeout timeout() {
    return Timeout.of(Duration.ofMinutes(1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"pipelines", "pipelinesWithTimeout"})
  void call_success_allocatesNoMoreThan(String what, int most, Policy[] policies) {
    Pipeline pipeline = Pipeline.of("p", policies);

    assertThat(bytesPerCall(() -> pipeline.call(() -> "value"))).isLessThanOrEqualTo(most);
  }

  @Test
  void tryAcquire_permitted_allocatesNothing() {
    RateLimiter limiter = limiter();

    assertThat(bytesPerCall(() -> limiter.tryAcquire(1))).isZero();
  }

  @Test
  void acquireAndRelease_permitFree_allocateNothing() {
    Bulkhead bulkhead = bulkhead();

    assertThat(
            bytesPerCall(() -> {
              bulkhead.acquire();
              bulkhead.release();
              return bulkhead;
            }))
        .isZero();
  }

  @Test
  void reserve_permittedAtOnce_allocatesItsOptional() {
    RateLimiter limiter = limiter();

    assertThat(bytesPerCall(() -> limiter.reserve(1))).isLessThanOrEqualTo(16);
  }

  static Stream<Arguments> refusals() {
    var time = new ManualTimeSource();
    CircuitBreaker breaker =
        CircuitBreaker.builder("breaker").consecutiveFailures(1).timeSource(time).build();
    breaker.exit(breaker.enter(0), 0, 0, Verdict.FAILURE);
    Bulkhead full = Bulkhead.builder("full", 1).timeSource(time).build();
    full.enter(0);
    var rate = RateLimiter.builder("rate", 1, Duration.ofSeconds(1)).timeSource(time);
    RateLimiter impatient = rate.build();
    impatient.tryAcquire(1);
    RateLimiter patient = rate.maxWait(Duration.ofSeconds(1)).build();
    patient.tryAcquire(1);
    Timeout timeout = Timeout.builder("timeout", Duration.ofSeconds(1)).timeSource(time).build();
    Deadline soon = Deadline.after(Duration.ofMillis(500), time);
    Deadline passed = Deadline.after(Duration.ZERO, time);
    return Stream.of(
        Arguments.of(RefusalKind.BREAKER_OPEN, Deadline.after(Duration.ofDays(1), time), breaker),
        Arguments.of(RefusalKind.BULKHEAD_FULL, soon, full),
        Arguments.of(RefusalKind.RATE_LIMITED, soon, impatient),
        Arguments.of(RefusalKind.WAIT_TOO_LONG, soon, patient),
        Arguments.of(RefusalKind.DEADLINE_ENDED, passed, timeout));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void tryCall_refused_allocatesItsOutcome(RefusalKind kind, Deadline deadline, Policy policy) {
    Pipeline pipeline = Pipeline.of("p", policy);
    try (var scope = deadline.open()) {
      assertThat(pipeline.tryCall(() -> "never"))
          .isEqualTo(pipeline.tryCall(() -> "never"))
          .isInstanceOfSatisfying(
              Outcome.Rejected.class, refused -> assertThat(refused.kind()).isEqualTo(kind));
      assertThat(bytesPerCall(() -> pipeline.tryCall(() -> "never"))).isLessThanOrEqualTo(32);
    }
  }

  @Test
  void bytesPerCall_somethingAllocates_isSeen() {
    assertThat(bytesPerCall(() -> new byte[1])).isGreaterThan(16);
  }

  /** The least of several rounds: a round in which the JVM compiles is charged with it. */
  private static double bytesPerCall(Code code) {
    double least = Double.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      Object last = null;
      for (int i = 0; i < CALLS; i++) {
        last = code.get();
      }
      long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      assertThat(last).isNotNull();
      least = Math.min(least, bytes / (double) CALLS);
    }
    return least;
  }

  private interface Code {
    Object get();
  }
}
