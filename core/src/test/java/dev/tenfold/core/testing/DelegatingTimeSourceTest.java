// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class DelegatingTimeSourceTest {
  private final ManualTimeSource manual = ManualTimeSource.autoAdvancing();
  private final List<String> ran = new ArrayList<>();

  @Test
  void everyCall_reachesTheOtherTimeSource() throws InterruptedException {
    TimeSource time = new DelegatingTimeSource(manual);
    long began = time.nanoTime();
    time.sleep(3);
    time.parkNanos(this, 4);
    assertThat(time.nanoTime() - began).isEqualTo(7);

    TimeSource.Timer cancelled = time.schedule(5, Runnable::run, () -> ran.add("cancelled"));
    time.scheduleAt(time.nanoTime() + 5, Runnable::run, () -> ran.add("due"));
    assertThat(cancelled.cancel()).isTrue();
    manual.advance(Duration.ofNanos(5));
    assertThat(ran).containsExactly("due");
  }

  @Test
  void scheduleAt_goesThroughWhatASubclassOverrides() {
    TimeSource ahead =
        new DelegatingTimeSource(manual) {
          @Override
          public long nanoTime() {
            return super.nanoTime() + 1_000;
          }

          @Override
          public Timer schedule(long delayNanos, Executor executor, Runnable task) {
            ran.add("in " + delayNanos);
            return super.schedule(delayNanos, executor, task);
          }
        };

    ahead.scheduleAt(manual.nanoTime() + 1_005, Runnable::run, () -> ran.add("due"));
    manual.advance(Duration.ofNanos(5));

    assertThat(ran).containsExactly("in 5", "due");
  }
}
