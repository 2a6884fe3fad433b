// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
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
}
