// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ForkMeterTest {
  private static final Timing ANY = Timing.of(0, 1, 1);

  private final ForkMeter meter = new ForkMeter(new PrintStream(OutputStream.nullOutputStream()));

  private record Holder(byte[] own, byte[] shared) {}

  @Test
  void measure_heldAndAdded_differByWhatIsShared() {
    byte[] shared = new byte[100_000];
    var held = new Arm.Footprint("held", () -> new Holder(new byte[1_000], shared));
    var added = new Arm.AddedFootprint("added", () -> new Holder(new byte[1_000], shared));

    assertThat(meter.measure(held, ANY).value()).isBetween(101_000.0, 101_100.0);
    assertThat(meter.measure(added, ANY).value()).isBetween(1_000.0, 1_100.0);
    assertThat(meter.measure(added, ANY).allocated()).isNaN();
  }

  @Test
  void measure_workload_runsForTheMeasuredIterations() {
    var workload = new Arm.Workload("time", "ms", Duration::toMillis);

    assertThat(meter.measure(workload, Timing.of(5, 4, 150)).value()).isEqualTo(600);
    assertThat(meter.measure(workload, ANY).allocated()).isNaN();
  }
}
