// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A fault of which nothing is seen has no trace, and then the run proves nothing. */
class FaultTracesTest {
  private static final List<Fault.Window> WINDOWS =
      List.of(window("A", 10), window("B", 20), window("C", 30), window("D", 40), window("E", 50));
  private static final Takeover TAKEOVER = new Takeover("s0", true, 0.7, 0.4, 5);

  private static Fault.Window window(String letter, double from) {
    return new Fault.Window(letter, "Title", "Story.", from, from + 5);
  }

  @Test
  void of_signalsThatChangeInTheirWindows_tellsEveryFault() {
    var timeline = new Timeline();
    timeline.add(sample(5, Map.of("cache.remote", 20.0, "instances", 2.0)));
    timeline.add(sample(12, Map.of("breakers.open", 2.0, "instances", 2.0)));
    timeline.add(sample(22, Map.of("reads.primary", 9.0, "instances", 2.0)));
    timeline.add(sample(32, Map.of("cache.loaded", 50.0, "instances", 2.0)));
    timeline.add(sample(42, Map.of("rate.failed", 7.0, "instances", 1.0)));
    timeline.add(sample(52, Map.of("rate.refused", 8.0, "instances", 2.0)));
    assertThat(FaultTraces.of(timeline, WINDOWS, TAKEOVER)).hasSize(5).doesNotContainValue("");
  }

  @Test
  void of_signalsThatNeverChange_tellsNothing() {
    var timeline = new Timeline();
    for (int second = 5; second < 50; second += 3) {
      timeline.add(sample(second, Map.of("cache.remote", 20.0, "instances", 2.0)));
    }
    assertThat(FaultTraces.of(timeline, WINDOWS, TAKEOVER).values()).containsOnly("");
  }

  @Test
  void of_changesOutsideTheWindow_tellsNothing() {
    var timeline = new Timeline();
    timeline.add(
        sample(
            48,
            Map.of(
                "breakers.open", 2.0, "reads.primary", 9.0, "instances", 1.0, "rate.failed", 7.0)));
    assertThat(FaultTraces.of(timeline, WINDOWS, TAKEOVER).values()).containsOnly("");
  }

  private static Timeline.Sample sample(double second, Map<String, Double> values) {
    return new Timeline.Sample(second, values);
  }
}
