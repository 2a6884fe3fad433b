// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Polls through executors that are not as they should be. */
class TopologyWatchExecutorTest {
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Topology V1 = Topology.builder("orders").slots(64).shard("a", 1).build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();

  private final ManualTimeSource time = new ManualTimeSource();
  private TopologyLoader loader = V1::text;
  private int loads;
  private final TopologyWatch.Builder builder =
      TopologyWatch.builder(
              () -> {
                loads++;
                return loader.load();
              })
          .timeSource(time);
  private TopologyWatch watch;

  @AfterEach
  void close() {
    watch.close();
    assertThat(time.pending()).isZero();
  }

  @Test
  void poll_executorRefuses_goesOnAtTheNextPeriod() {
    Queue<Throwable> refusals =
        new ArrayDeque<>(
            List.of(
                new RejectedExecutionException("full"),
                new OutOfMemoryError("unable to create native thread"),
                new NullPointerException("broken")));
    watch =
        builder
            .executor(task -> {
              Throwable refusal = refusals.poll();
              if (refusal instanceof Error error) {
                throw error;
              }
              if (refusal instanceof RuntimeException exception) {
                throw exception;
              }
              task.run();
            })
            .build();
    loader = V2::text;
    time.advance(PERIOD);
    assertThat(watch.lastFailure()).get().asString().contains("full").contains(V1.checksum());
    time.advance(PERIOD.multipliedBy(2));
    assertThat(watch.current().version()).isEqualTo(1);
    assertThat(watch.failures()).isEqualTo(3);
    assertThat(watch.age()).isEqualTo(PERIOD.multipliedBy(3));

    time.advance(PERIOD);
    assertThat(watch.current().version()).isEqualTo(2);
    assertThat(watch.lastFailure()).isEmpty();
    assertThat(watch.failures()).isEqualTo(3);
  }

  /** As pools do that put a task into their queue and then cannot start a thread for it. */
  @Test
  void poll_executorTakesThePollAndThrows_goesOnOncePerPeriod() {
    List<Runnable> kept = new ArrayList<>();
    watch =
        builder
            .executor(task -> {
              if (kept.isEmpty()) {
                kept.add(task);
                throw new OutOfMemoryError("unable to create native thread");
              }
              task.run();
            })
            .build();
    time.advance(PERIOD);
    assertThat(watch.failures()).isEqualTo(1);
    kept.get(0).run();
    assertThat(time.pending()).isEqualTo(1);
    loads = 0;
    time.advance(PERIOD.multipliedBy(10));
    assertThat(loads).isEqualTo(10);
  }

  @Test
  void poll_executorIsSlow_nextPollIsScheduledWhenItHasEnded() {
    List<Runnable> tasks = new ArrayList<>();
    watch = builder.executor(tasks::add).build();
    time.advance(PERIOD.multipliedBy(10));
    assertThat(tasks).hasSize(1);
    assertThat(watch.age()).isEqualTo(PERIOD.multipliedBy(10));

    tasks.remove(0).run();
    assertThat(watch.age()).isZero();
    time.advance(PERIOD.minusNanos(1));
    assertThat(tasks).isEmpty();
    time.advance(Duration.ofNanos(1));
    assertThat(tasks).hasSize(1);
  }
}
