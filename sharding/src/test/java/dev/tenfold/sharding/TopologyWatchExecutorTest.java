// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Polls through executors that refuse, drop or fail. */
class TopologyWatchExecutorTest {
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Topology V1 = Topology.builder("orders").slots(64).shard("a", 1).build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();

  private final ManualTimeSource time = new ManualTimeSource();
  private final RefusingTimeSource timers = new RefusingTimeSource(time);
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
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
              RefusingTimeSource.throwIfAny(refusals.poll());
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

  /** Like a pool that queues a task and then cannot start a thread for it. */
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

  static Stream<Throwable> noTimers() {
    return Stream.of(
        new RejectedExecutionException("more timers are pending than there is room for"),
        new InternalError("out of something"));
  }

  @ParameterizedTest
  @MethodSource("noTimers")
  void poll_nextCannotBeScheduled_isToldAndARefreshGoesOn(Throwable failure) {
    watch = builder.timeSource(timers).executor(Runnable::run).telemetry(telemetry).build();
    timers.refuse(failure);
    time.advance(PERIOD);
    assertThat(loads).isEqualTo(2);
    assertThat(watch.failures()).isEqualTo(1);
    assertThat(watch.lastFailure())
        .get()
        .asString()
        .contains(
            V1.checksum(), "cannot be scheduled; refresh() tries again", failure.getMessage());
    assertThat(telemetry.events())
        .containsExactly("tenfold.sharding.topology.failed topology=orders");

    assertThat(watch.refresh().version()).isEqualTo(1); // and there is still no timer
    assertThat(watch.failures()).isEqualTo(2);
    assertThat(watch.lastFailure()).isPresent();

    timers.refuse(null);
    time.advance(Duration.ofHours(1));
    assertThat(loads).isEqualTo(3);
    watch.refresh();
    watch.refresh();
    assertThat(watch.lastFailure()).isEmpty();
    assertThat(time.pending()).isEqualTo(1);
    time.advance(PERIOD.multipliedBy(10));
    assertThat(loads).isEqualTo(15);
  }

  @ParameterizedTest
  @MethodSource("noTimers")
  void poll_neitherExecutorNorTimer_isToldAndARefreshGoesOn(Throwable failure) {
    boolean[] full = {true};
    watch =
        builder
            .timeSource(timers)
            .executor(task -> {
              RefusingTimeSource.throwIfAny(
                  full[0] ? new RejectedExecutionException("full") : null);
              task.run();
            })
            .build();
    timers.refuse(failure);
    time.advance(PERIOD);
    assertThat(watch.failures()).isEqualTo(2);
    assertThat(watch.lastFailure()).get().asString().contains(failure.getMessage());

    timers.refuse(null);
    full[0] = false;
    loader =
        () -> {
          throw new IllegalStateException("not yet");
        };
    assertThatExceptionOfType(TopologyException.class).isThrownBy(watch::refresh);
    loader = V2::text;
    time.advance(PERIOD);
    assertThat(watch.current().version()).isEqualTo(2);
  }

  @Test
  void poll_loaderFailsAsTheExecutorDid_isReportedAsWell() {
    Queue<Throwable> refusals = new ArrayDeque<>(List.of(new RejectedExecutionException("full")));
    watch =
        builder
            .telemetry(telemetry)
            .executor(task -> {
              RefusingTimeSource.throwIfAny(refusals.poll());
              task.run();
            })
            .build();
    loader =
        () -> {
          throw new RejectedExecutionException("the loader's own pool");
        };
    time.advance(PERIOD.multipliedBy(4));
    assertThat(watch.failures()).isEqualTo(4);
    assertThat(telemetry.events())
        .containsExactly(
            "tenfold.sharding.topology.failed topology=orders",
            "tenfold.sharding.topology.failed topology=orders");
  }

  /**
   * An executor may block its submitter, or run the task on it: the timer is nobody's submitter.
   */
  @Test
  void poll_executorBlocksItsSubmitter_isNotCalledOnTheTimer() {
    List<Runnable> handedOver = new ArrayList<>();
    List<Runnable> tasks = new ArrayList<>();
    watch = builder.timeSource(handingOverTo(handedOver)).executor(tasks::add).build();
    time.advance(PERIOD);
    assertThat(tasks).as("submitted by the timer").isEmpty();

    handedOver.remove(0).run();
    assertThat(tasks).hasSize(1);
    loads = 0;
    tasks.remove(0).run();
    assertThat(loads).isEqualTo(1);
  }

  @Test
  void poll_noExecutorGiven_runsOnTheHandOver() {
    List<Runnable> handedOver = new ArrayList<>();
    watch = builder.timeSource(handingOverTo(handedOver)).build();
    loads = 0;
    time.advance(PERIOD);
    assertThat(loads).isZero();

    handedOver.remove(0).run();
    assertThat(loads).isEqualTo(1);
  }

  private TimeSource handingOverTo(List<Runnable> tasks) {
    return new DelegatingTimeSource(time) {
      @Override
      public Executor handOver() {
        return tasks::add;
      }
    };
  }
}
