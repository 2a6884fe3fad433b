// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loads, polls and refreshes on several threads. */
@Timeout(60)
class TopologyWatchThreadsTest {
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Topology V1 = Topology.builder("orders").slots(64).shard("a", 1).build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();
  private static final Topology V3 = V2.evolve().add("c", 1).build();

  private final ManualTimeSource time = new ManualTimeSource();
  private final Queue<String> changes = new ConcurrentLinkedQueue<>();
  private final Queue<Topology> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger loads = new AtomicInteger();

  /** A load reads the first answer, releases a permit here, and acquires one there to return. */
  private final Semaphore looked = new Semaphore(0);

  private final Semaphore returns = new Semaphore(0);

  /** The threads that parked, each with the load that it waits for. */
  private final Queue<Park> parks = new ConcurrentLinkedQueue<>();

  private final Semaphore parked = new Semaphore(0);

  /** The loads that {@link #awaitParked} has waited at. */
  private final Set<Object> awaitedLoads = new HashSet<>();

  private record Park(Object load, Thread thread) {}

  private TopologyWatch watch;

  @BeforeEach
  void watchWithALoaderThatWaits() {
    watch = build(TopologyWatchThreadsTest::start);
  }

  @AfterEach
  void close() {
    watch.close();
    returns.release(1000);
  }

  private TopologyWatch build(Executor executor) {
    AtomicBoolean first = new AtomicBoolean(true);
    return TopologyWatch.builder(
            () -> {
              loads.incrementAndGet();
              if (first.getAndSet(false)) {
                return V1.text();
              }
              Topology answer = answers.peek();
              looked.release();
              returns.acquire();
              if (answer == null) {
                throw new IOException("nothing there");
              }
              return answer.text();
            })
        .timeSource(recordingParks())
        .executor(executor)
        .onChange((before, now) -> changes.add(before.version() + " -> " + now.version()))
        .build();
  }

  private TimeSource recordingParks() {
    return new DelegatingTimeSource(time) {
      @Override
      public void parkNanos(Object blocker, long nanos) {
        parks.add(new Park(blocker, Thread.currentThread())); // without a lock, which would park
        parked.release();
        super.parkNanos(blocker, nanos);
      }
    };
  }

  /**
   * Returns when this number of threads wait for one load, another one than at earlier calls. A
   * thread may park for one load more than once, and for an earlier load late.
   */
  private void awaitParked(int threads) throws InterruptedException {
    Map<Object, Set<Thread>> waiting = new HashMap<>();
    int most = 0;
    while (most < threads) {
      parked.acquire();
      Park park = parks.remove();
      if (!awaitedLoads.contains(park.load)) {
        Set<Thread> atLoad = waiting.computeIfAbsent(park.load, load -> new HashSet<>());
        atLoad.add(park.thread);
        most = Math.max(most, atLoad.size());
      }
    }
    awaitedLoads.addAll(waiting.keySet());
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "poll");
    thread.setDaemon(true);
    thread.start();
  }

  private static <T> CompletableFuture<T> onThread(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    start(() -> {
      try {
        result.complete(task.call());
      } catch (Throwable failure) {
        result.completeExceptionally(failure);
      }
    });
    return result;
  }

  /** Refreshes with a Deadline, so that the thread parks in the time source. */
  private CompletableFuture<Topology> refresh() {
    return onThread(() -> {
      try (Ambient.Scope scope = Deadline.after(Duration.ofHours(1), time).open()) {
        return watch.refresh();
      }
    });
  }

  @Test
  void poll_defaultExecutor_loadsOnTheHandOver() throws Exception {
    CompletableFuture<String> loading = new CompletableFuture<>();
    Thread builder = Thread.currentThread();
    TopologyLoader loader =
        () -> {
          if (Thread.currentThread() != builder) {
            loading.complete(Thread.currentThread().getName());
          }
          return V1.text();
        };
    try (TopologyWatch polling =
        TopologyWatch.builder(loader).every(Duration.ofMillis(1)).build()) {
      assertThat(loading.get()).startsWith("tenfold-handover");
      assertThat(polling.current().version()).isEqualTo(1);
    }
  }

  @Test
  void refresh_loadUnderWayThatLookedBefore_waitsAndLoadsAgain() throws Exception {
    answers.add(V2);
    time.advance(PERIOD);
    looked.acquire();
    answers.clear();
    answers.add(V3);
    CompletableFuture<Topology> refreshed = refresh();
    awaitParked(1);
    assertThat(watch.current().version()).isEqualTo(1);

    returns.release(2);
    assertThat(refreshed.get().checksum()).isEqualTo(V3.checksum());
    assertThat(loads).hasValue(3);
    assertThat(changes).containsExactly("1 -> 2", "2 -> 3");
  }

  @Test
  void refresh_manyWaitForTheSameLoad_shareTheNextOne() throws Exception {
    answers.add(V2);
    time.advance(PERIOD);
    looked.acquire();
    List<CompletableFuture<Topology>> waiting =
        IntStream.range(0, 5).mapToObj(i -> refresh()).toList();
    awaitParked(5);
    returns.release();

    looked.acquire();
    awaitParked(4);
    returns.release();
    for (CompletableFuture<Topology> each : waiting) {
      assertThat(each.get().version()).isEqualTo(2);
    }
    assertThat(loads).hasValue(3);
  }

  @Test
  void refresh_loadItWouldShareFails_loadsItself() throws Exception {
    time.advance(PERIOD);
    looked.acquire();
    List<CompletableFuture<Topology>> waiting =
        IntStream.range(0, 2).mapToObj(i -> refresh()).toList();
    awaitParked(2);
    returns.release();

    looked.acquire(); // one thread loads, which fails; the other waits for it
    awaitParked(1);
    answers.add(V2);
    returns.release(2);
    List<Object> outcomes =
        waiting.stream()
            .map(each ->
                each.<Object>handle(
                        (topology, failure) -> failure == null ? topology.version() : "failed")
                    .join())
            .toList();
    assertThat(outcomes).containsExactlyInAnyOrder(2L, "failed");
    assertThat(watch.failures()).isEqualTo(2);
  }

  @Test
  void refresh_deadlineEndsWhileAnotherLoadHangs_throwsAndLoadsNothing() throws Exception {
    time.advance(PERIOD);
    looked.acquire();
    CompletableFuture<Topology> refreshed = refresh();
    time.awaitWaiters(1); // in the time source, whose advance wakes the thread
    time.advance(Duration.ofHours(1));

    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(refreshed::get)
        .withCauseInstanceOf(TopologyException.class)
        .withMessageContaining("Deadline");
    assertThat(loads).hasValue(2);
  }

  @Test
  void refresh_interruptedWhileItWaits_throwsAndSetsTheFlag() throws Exception {
    time.advance(PERIOD);
    looked.acquire();
    assertThat(onThread(this::flagAfterAnInterruptedRefresh).get()).isTrue();
    CompletableFuture<Boolean> withDeadline =
        onThread(() -> {
          try (Ambient.Scope scope = Deadline.after(Duration.ofHours(1), time).open()) {
            return flagAfterAnInterruptedRefresh();
          }
        });
    assertThat(withDeadline.get()).isTrue();
    assertThat(loads).hasValue(2);
  }

  private boolean flagAfterAnInterruptedRefresh() {
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(watch::refresh)
        .withMessageContaining("interrupted");
    return Thread.currentThread().isInterrupted();
  }

  @Test
  void refresh_closedWhileItWaits_isRefused() throws Exception {
    answers.add(V2);
    time.advance(PERIOD);
    looked.acquire();
    CompletableFuture<Topology> refreshed = refresh();
    awaitParked(1);
    watch.close();
    returns.release();

    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(refreshed::get)
        .withCauseInstanceOf(IllegalStateException.class)
        .withMessageContaining("closed");
    assertThat(watch.current().version()).isEqualTo(1);
    assertThat(loads).hasValue(2);
  }

  @Test
  void refresh_closedWhileItWaitsForALoadThatHangs_isReleased() throws Exception {
    time.advance(PERIOD);
    looked.acquire();
    CompletableFuture<Topology> refreshed = refresh();
    awaitParked(1);
    watch.close();

    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(refreshed::get)
        .withCauseInstanceOf(IllegalStateException.class)
        .withMessageContaining("closed");
    assertThat(loads).hasValue(2);
  }

  @Test
  void poll_refreshUnderWay_loadsNothingAndGoesOn() throws Exception {
    watch.close();
    watch = build(Runnable::run);
    loads.set(0);
    answers.add(V2);
    CompletableFuture<Topology> refreshed = onThread(watch::refresh);
    looked.acquire();
    time.advance(PERIOD.multipliedBy(3));
    assertThat(loads).hasValue(1);
    assertThat(watch.age()).isEqualTo(PERIOD.multipliedBy(3));

    returns.release(2);
    assertThat(refreshed.get().version()).isEqualTo(2);
    time.advance(PERIOD);
    assertThat(loads).hasValue(2);
    assertThat(watch.age()).isZero();
  }

  @Test
  void load_pollsAndRefreshesOnManyThreads_oneAtATimeAndNothingGoesBack() throws Exception {
    List<Topology> versions =
        Stream.iterate(V1, TopologyWatchThreadsTest::withOneShardExchanged).limit(400).toList();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger next = new AtomicInteger();
    TopologyLoader loader =
        () -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          int number = Math.min(next.getAndIncrement(), versions.size() - 1);
          String answer = versions.get(number % 7 == 3 ? number / 2 : number).text();
          inside.decrementAndGet();
          return answer;
        };
    Queue<Long> seen = new ConcurrentLinkedQueue<>();
    try (TopologyWatch busy =
        TopologyWatch.builder(loader)
            .timeSource(time)
            .executor(TopologyWatchThreadsTest::start)
            .onChange((before, now) -> seen.add(now.version()))
            .build()) {
      List<CompletableFuture<Boolean>> threads =
          IntStream.range(0, 4)
              .mapToObj(i -> onThread(() -> risesTo(busy, versions.size())))
              .toList();
      while (busy.current().version() < versions.size()) {
        time.advance(PERIOD);
      }
      for (CompletableFuture<Boolean> each : threads) {
        assertThat(each.get()).isTrue();
      }
      assertThat(busy.refusals()).isPositive();
    }
    assertThat(most).hasValue(1);
    assertThat(List.copyOf(seen)).isSorted().doesNotHaveDuplicates().endsWith(400L);
  }

  private static Topology withOneShardExchanged(Topology before) {
    String first = before.shards().get(0).value();
    return before.evolve().add("s" + before.version(), 1).remove(first).build();
  }

  private static boolean risesTo(TopologyWatch watch, long last) {
    long before = 0;
    while (before < last) {
      long now;
      try {
        now = watch.refresh().version();
      } catch (TopologyException refused) {
        now = watch.current().version();
      }
      if (now < before) {
        return false;
      }
      before = now;
    }
    return true;
  }
}
