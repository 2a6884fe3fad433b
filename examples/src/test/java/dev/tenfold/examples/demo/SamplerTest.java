// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SamplerTest {
  private static final Duration BOUND = Duration.ofSeconds(1);

  private final TimeSource time = TimeSource.system();
  private final TrafficCounters counters = new TrafficCounters();
  private final ArrayDeque<Map<String, Map<String, Double>>> answers = new ArrayDeque<>();
  private final Sampler sampler =
      new Sampler(
          time,
          1_000_000,
          new Instruments(
              counters, new LatencyBook(List.of()), Freshness.of(BOUND, BOUND, BOUND, BOUND)),
          () -> answers.size() > 1 ? answers.poll() : answers.element());

  private List<Timeline.Sample> samples(int count) throws InterruptedException {
    sampler.run(
        time.nanoTime(),
        sample -> {
          if (sampler.timeline().samples().size() == count) {
            sampler.stop();
          }
        });
    return sampler.timeline().samples();
  }

  @Test
  void run_countersFromBeforeTheTraffic_areNotCounted() throws InterruptedException {
    answers.add(Map.of("a", Map.of("count.cache.memory", 500.0)));
    assertThat(samples(1).get(0).value("cache.memory")).isZero();
  }

  @Test
  void run_counterFallsBecauseTheProcessIsNew_countsFromZero() throws InterruptedException {
    answers.add(Map.of("a", Map.of("count.cache.memory", 500.0)));
    answers.add(Map.of("a", Map.of("count.cache.memory", 3.0)));
    assertThat(samples(1).get(0).value("cache.memory")).isPositive();
  }

  @Test
  void run_twoInstances_addsCountersAndTakesTheFullerPool() throws InterruptedException {
    answers.add(
        Map.of(
            "a", Map.of("saturation.s0", 0.25, "breaker.payments", 2.0),
            "b", Map.of("saturation.s0", 0.75, "breaker.payments", 0.0)));
    Timeline.Sample sample = samples(1).get(0);
    assertThat(sample.value("saturation.s0")).isEqualTo(0.75);
    assertThat(sample.value("breakers.open")).isEqualTo(1);
    assertThat(sample.value("breaker.a payments")).isEqualTo(2);
    assertThat(sample.value("instances")).isEqualTo(2);
  }
}
