// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.TimeSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FaultScheduleTest {
  private final TimeSource time = TimeSource.system();
  private final List<String> seen = new CopyOnWriteArrayList<>();

  private Fault fault(String letter, double from, double to) {
    return new Fault(
        new Fault.Window(letter, "Title", "Story.", from, to),
        () -> seen.add(letter + " begins"),
        () -> seen.add(letter + " ends"));
  }

  @Test
  void start_overlappingFaults_inTheOrderOfTheirTimes() throws InterruptedException {
    var schedule =
        new FaultSchedule(time, List.of(fault("A", 0.001, 0.004), fault("B", 0.002, 0.003)));
    schedule.start(time.nanoTime()).join();
    assertThat(seen).containsExactly("A begins", "B begins", "B ends", "A ends");
    assertThat(schedule.failure()).isNull();
  }

  @Test
  void start_faultThatCannotBeInjected_isReported() throws InterruptedException {
    var broken =
        new Fault(
            new Fault.Window("A", "Title", "Story.", 0, 0.001),
            () -> {
              throw new IllegalStateException("no such server");
            },
            () -> {});
    var schedule = new FaultSchedule(time, List.of(broken));
    schedule.start(time.nanoTime()).join();
    assertThat(schedule.failure()).hasMessage("no such server");
  }
}
