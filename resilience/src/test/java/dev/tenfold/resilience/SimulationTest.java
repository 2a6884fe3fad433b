// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One thread plays many asynchronous callers, a flaky backend, a moving clock and an executor that
 * runs its tasks in any order, by seed. Whatever happens, in the end everything that was taken is
 * back.
 */
class SimulationTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final List<Runnable> tasks = new ArrayList<>();
  private final List<CompletableFuture<String>> stages = new ArrayList<>();
  private final List<CompletableFuture<String>> futures = new ArrayList<>();
  private int entered;
  private int attempts;

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void callAsync_anyInterleaving_givesEverythingBack(long seed) {
    Random random = new Random(seed);
    Executor executor = random.nextInt(8) == 0 ? refusing(random) : tasks::add;
    Retry retry = Retry.builder("retry").maxAttempts(3).random(random).timeSource(time).build();
    CircuitBreaker breaker =
        CircuitBreaker.builder("breaker")
            .window(4)
            .openFor(Duration.ofSeconds(1))
            .probes(2)
            .probeLease(Duration.ofSeconds(2))
            .random(random)
            .timeSource(time)
            .build();
    Bulkhead bulkhead =
        Bulkhead.builder("bulkhead", 2)
            .maxWait(Duration.ofMillis(300))
            .maxWaiters(2)
            .timeSource(time)
            .build();
    TestGate outer = counting("outer", random);
    TestGate inner = counting("inner", random);
    Timeout total = Timeout.builder("total", Duration.ofSeconds(3)).timeSource(time).build();
    Timeout each = Timeout.builder("each", Duration.ofMillis(500)).timeSource(time).build();
    Pipeline pipeline =
        Pipeline.builder("p", outer, total, retry, breaker, inner, bulkhead, each)
            .executor(executor)
            .build();

    for (int step = 0; step < 300; step++) {
      act(random, pipeline);
      assertThat(bulkhead.inFlight()).isBetween(0, 2);
      assertThat(bulkhead.waiting()).isBetween(0, 2);
    }
    while (!tasks.isEmpty() || time.pending() > 0) {
      time.advance(Duration.ofSeconds(1));
      runAll();
    }

    assertThat(futures).allMatch(CompletableFuture::isDone);
    assertThat(bulkhead.inFlight()).isZero();
    assertThat(bulkhead.waiting()).isZero();
    assertThat(outer.exits().size() + inner.exits().size()).isEqualTo(entered);
    double budget = 10 + 0.2 * futures.size() + 10 * (time.nanoTime() / 1e9);
    assertThat((double) retry.retries()).isLessThanOrEqualTo(Math.min(budget, 2 * futures.size()));
    assertThat(attempts).isLessThanOrEqualTo((int) (futures.size() + retry.retries()));
    assertThat(pipeline.faults()).isZero();
    breakerRecovers(breaker);
  }

  private void act(Random random, Pipeline pipeline) {
    switch (random.nextInt(6)) {
      case 0, 1 -> call(random, pipeline);
      case 2 -> pick(stages, random, stage -> stage.complete("value"));
      case 3 -> pick(stages, random, stage -> stage.completeExceptionally(new IOException()));
      case 4 -> {
        if (random.nextInt(4) == 0) {
          pick(futures, random, future -> future.cancel(true));
        }
        if (!tasks.isEmpty()) {
          tasks.remove(random.nextInt(tasks.size())).run();
        }
      }
      default -> time.advance(Duration.ofMillis(random.nextInt(200)));
    }
  }

  private void call(Random random, Pipeline pipeline) {
    Duration left = Duration.ofMillis(random.nextInt(4_000));
    try (var scope = Deadline.after(left, time).open()) {
      futures.add(
          pipeline.callAsync(() -> {
            attempts++;
            if (random.nextInt(10) == 0) {
              throw new IOException("at once");
            }
            CompletableFuture<String> stage = new CompletableFuture<>();
            stages.add(stage);
            return stage;
          }));
    }
  }

  private TestGate counting(String name, Random random) {
    return new TestGate(
        name,
        () -> {
          int choice = random.nextInt(20);
          if (choice == 0) {
            return Gate.REFUSED;
          }
          if (choice == 1) {
            throw new IllegalStateException(name);
          }
          entered++;
          return choice < 5 ? -random.nextInt(1, 200_000_000) : choice;
        },
        new ArrayList<>());
  }

  private Executor refusing(Random random) {
    return task -> {
      if (random.nextInt(5) == 0) {
        throw new java.util.concurrent.RejectedExecutionException();
      }
      tasks.add(task);
    };
  }

  private static <T> void pick(List<T> from, Random random, java.util.function.Consumer<T> act) {
    if (!from.isEmpty()) {
      act.accept(from.get(random.nextInt(from.size())));
    }
  }

  private void runAll() {
    List<Runnable> now = List.copyOf(tasks);
    tasks.clear();
    now.forEach(Runnable::run);
  }

  /** Whatever happened before, a healthy backend closes the breaker again. */
  private void breakerRecovers(CircuitBreaker breaker) {
    for (int i = 0; i < 20 && breaker.state() != CircuitBreaker.State.CLOSED; i++) {
      time.advance(Duration.ofSeconds(2));
      long permit = breaker.enter(0);
      if (permit != Gate.REFUSED) {
        breaker.exit(permit, 0, 0, Verdict.SUCCESS);
      }
    }
    assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
  }
}
