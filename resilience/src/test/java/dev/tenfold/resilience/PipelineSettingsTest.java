// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PipelineSettingsTest {
  private final Retry retry = Retry.builder("one").build();
  private final CircuitBreaker breaker = CircuitBreaker.builder("backend").build();
  private final Timeout second = Timeout.of(Duration.ofSeconds(1));

  @Test
  void of_recommendedOrder_isTaken() {
    Bulkhead bulkhead = Bulkhead.builder("backend", 8).build();

    assertThat(Pipeline.of("p", retry, breaker, bulkhead, second).call(() -> 1)).isEqualTo(1);
    assertThat(Pipeline.of("p", Timeout.of(Duration.ofSeconds(9)), retry, second).call(() -> 1))
        .isEqualTo(1);
    assertThat(Pipeline.of("p").call(() -> 1)).isEqualTo(1);
  }

  @Test
  void of_unknownPolicy_isRefused() {
    Policy unknown = new Policy() {};

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pipeline.of("p", unknown))
        .withMessageContaining(unknown.getClass().getName());
  }

  @Test
  void of_twoRetries_areRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pipeline.of("p", retry, Retry.builder("two").build()))
        .withMessageContaining("Retry[one")
        .withMessageContaining("Retry[two");
  }

  @Test
  void of_samePolicyTwice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pipeline.of("p", breaker, second, breaker))
        .withMessageContaining("twice");
  }

  @Test
  void of_sameLimiterThroughAWeighingView_isRefusedByName() {
    RateLimiter limiter = RateLimiter.builder("quota", 100, Duration.ofSeconds(1)).build();
    RateLimiter heavy = limiter.weighing(10);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pipeline.of("p", limiter, second, heavy))
        .withMessageContaining(limiter + " and " + heavy)
        .withMessageContaining("same rate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pipeline.of("p", heavy, limiter.weighing(10)));
    assertThat(Pipeline.of("p", heavy).call(() -> 1)).isEqualTo(1);
  }

  @Test
  void of_breakerOutsideTheRetry_isRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pipeline.of("p", breaker, retry))
        .withMessageContaining("CircuitBreaker[backend")
        .withMessageContaining("Retry[one");
  }

  @Test
  void of_innerTimeoutNotShorter_isRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Pipeline.of("p", second, retry, Timeout.builder("in", second.duration()).build()))
        .withMessageContaining("Timeout[in")
        .withMessageContaining("Timeout[timeout");
  }

  @Test
  void of_differentClocks_areRefusedByName() {
    ManualTimeSource manual = new ManualTimeSource();
    Bulkhead bulkhead = Bulkhead.builder("manual", 1).timeSource(manual).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pipeline.of("p", breaker, bulkhead))
        .withMessageContaining("CircuitBreaker[backend")
        .withMessageContaining("Bulkhead[manual")
        .withMessageContaining("ManualTimeSource");
  }
}
