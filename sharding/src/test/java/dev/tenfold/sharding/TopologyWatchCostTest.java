// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tenfold.core.ManualTimeSource;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TopologyWatchCostTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void poll_equalText_isNotParsed() {
    ManualTimeSource time = new ManualTimeSource();
    String text =
        Topology.builder("orders").slots(16_384).shard("a", 1).shard("b", 1).build().text();
    String[] equal = {new String(text.toCharArray())};
    try (TopologyWatch watch =
        TopologyWatch.builder(() -> equal[0]).timeSource(time).executor(Runnable::run).build()) {
      equal[0] = text;
      assertThat(leastAllocated(() -> time.advance(Duration.ofSeconds(5))))
          .isLessThan(text.length() / 10);
      assertThat(watch.age()).isZero();
    }
  }

  @Test
  void current_always_allocatesNothing() {
    TopologyLoader loader = Topology.builder("orders").shard("a", 1).build()::text;
    try (TopologyWatch watch =
        TopologyWatch.builder(loader).timeSource(new ManualTimeSource()).build()) {
      Topology[] seen = new Topology[1];
      assertThat(leastAllocated(() -> seen[0] = watch.current())).isZero();
      assertThat(seen[0].version()).isEqualTo(1);
    }
  }

  private static long leastAllocated(Runnable task) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      task.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
