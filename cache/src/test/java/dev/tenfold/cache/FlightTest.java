// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.cache.Threads.Running;
import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.resilience.CallInterruptedException;
import dev.tenfold.resilience.CallTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loads that callers share; invalidations, interrupts and cycles during a load. */
@Timeout(60)
class FlightTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final AtomicInteger loads = new AtomicInteger();
  private final CountDownLatch loading = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile String source = "old";

  private TieredCache.Builder<String, String> builder() {
    return TieredCache.<String, String>builder("flights")
        .ttl(Duration.ofSeconds(10))
        .timeSource(time);
  }

  /** Reads the source. The first call then waits, so that its value may be old when it returns. */
  private String slowly(String key) throws Exception {
    String read = source;
    if (loads.incrementAndGet() == 1) {
      loading.countDown();
      goOn.await();
    }
    return read;
  }

  @Test
  void get_manyThreadsWhileLoading_oneLoadAndOneValueForAll() throws Exception {
    TieredCache<String, String> cache = builder().loader(this::slowly).build();
    List<Running<String>> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(Threads.start(() -> cache.get("k")));
    }
    for (Running<String> each : all) {
      each.awaitBlocked();
    }
    goOn.countDown();
    for (Running<String> each : all) {
      assertThat(each.get()).isEqualTo("old");
    }
    assertThat(loads).hasValue(1);
    assertThat(cache.stats().coalesced()).isEqualTo(15);
    assertThat(cache.stats().misses()).isEqualTo(1);
  }

  @Test
  void get_loaderThrowsWhileOthersWait_eachGetsAnExceptionOfItsOwn() throws Exception {
    var down = new IOException("down");
    TieredCache<String, String> cache =
        builder()
            .loader(key -> {
              slowly(key);
              throw down;
            })
            .build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    Running<String> waiter = Threads.start(() -> cache.get("k"));
    waiter.awaitBlocked();
    goOn.countDown();
    Throwable first = failureOf(leader);
    Throwable second = failureOf(waiter);
    assertThat(first).isInstanceOf(CacheLoadException.class).hasCause(down);
    assertThat(second).isInstanceOf(CacheLoadException.class).hasCause(down).isNotSameAs(first);
    assertThat(loads).hasValue(1);
  }

  @Test
  void get_loaderThrowsErrorWhileOthersWait_allGetIt() throws Exception {
    var bug = new AssertionError("bug");
    TieredCache<String, String> cache =
        builder()
            .loader(key -> {
              slowly(key);
              throw bug;
            })
            .build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    Running<String> waiter = Threads.start(() -> cache.get("k"));
    waiter.awaitBlocked();
    goOn.countDown();
    assertThat(failureOf(leader)).isSameAs(bug);
    assertThat(failureOf(waiter)).isSameAs(bug);
  }

  @Test
  void get_nullWhileOthersWait_nullForAll() throws Exception {
    TieredCache<String, String> cache =
        builder()
            .loader(key -> {
              slowly(key);
              return null;
            })
            .build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    Running<String> waiter = Threads.start(() -> cache.get("k"));
    waiter.awaitBlocked();
    goOn.countDown();
    assertThat(leader.get()).isNull();
    assertThat(waiter.get()).isNull();
  }

  @Test
  void invalidate_duringLoad_oldValueIsNotKept() throws Exception {
    TieredCache<String, String> cache = builder().loader(this::slowly).build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    source = "new";
    cache.invalidate("k");
    assertThat(cache.get("k")).isEqualTo("new"); // not joined to the old load
    goOn.countDown();
    assertThat(leader.get()).isEqualTo("old"); // it had begun before
    assertThat(cache.get("k")).isEqualTo("new");
    assertThat(loads).hasValue(2);
  }

  @Test
  void invalidate_duringBulkLoad_onlyThatKeyIsNotKept() throws Exception {
    TieredCache<String, String> cache =
        builder()
            .bulkLoader(keys -> {
              String read = slowly("");
              return keys.contains("b") ? Map.of("a", read, "b", read) : Map.of("a", read);
            })
            .build();
    Running<Map<String, String>> leader = Threads.start(() -> cache.getAll(Set.of("a", "b")));
    loading.await();
    source = "new";
    cache.invalidate("a");
    goOn.countDown();
    assertThat(leader.get()).isEqualTo(Map.of("a", "old", "b", "old"));
    assertThat(cache.get("b")).isEqualTo("old");
    assertThat(loads).hasValue(1);
    assertThat(cache.get("a")).isEqualTo("new");
  }

  @Test
  void get_leaderInterrupted_waiterLoadsItself() throws Exception {
    TieredCache<String, String> cache = builder().loader(this::slowly).build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    Running<String> waiter = Threads.start(() -> cache.get("k"));
    waiter.awaitBlocked();
    source = "second";
    leader.interrupt();
    assertThat(failureOf(leader)).hasCauseInstanceOf(InterruptedException.class);
    assertThat(waiter.get()).isEqualTo("second");
    assertThat(loads).hasValue(2);
  }

  @Test
  void get_leadersDeadlineEnded_waiterLoadsItself() throws Exception {
    TieredCache<String, String> cache =
        builder()
            .loader(key -> {
              String read = slowly(key);
              Deadline deadline = Deadline.current();
              if (deadline != null && deadline.expired()) {
                throw new IOException("no time left");
              }
              return read;
            })
            .build();
    Running<String> leader =
        Threads.start(() -> {
          try (var scope = Deadline.after(Duration.ofMillis(5), time).open()) {
            return cache.get("k");
          }
        });
    loading.await();
    Running<String> waiter = Threads.start(() -> cache.get("k"));
    waiter.awaitBlocked();
    time.advance(Duration.ofMillis(5));
    goOn.countDown();
    assertThat(failureOf(leader)).isInstanceOf(CacheLoadException.class);
    assertThat(waiter.get()).isEqualTo("old");
    assertThat(loads).hasValue(2);
  }

  @Test
  void get_waitersDeadlineEnds_timesOutAndLoadGoesOn() throws Exception {
    TieredCache<String, String> cache = builder().loader(this::slowly).build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    Running<String> waiter =
        Threads.start(() -> {
          try (var scope = Deadline.after(Duration.ofMillis(5), time).open()) {
            return cache.get("k");
          }
        });
    time.awaitWaiters(1);
    time.advance(Duration.ofMillis(5));
    assertThat(failureOf(waiter)).isInstanceOf(CallTimeoutException.class);
    goOn.countDown();
    assertThat(leader.get()).isEqualTo("old");
  }

  @Test
  void get_waiterWithDeadline_wokenByTheValue() throws Exception {
    TieredCache<String, String> cache = builder().loader(this::slowly).build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    Running<String> waiter =
        Threads.start(() -> {
          try (var scope = Deadline.after(Duration.ofMillis(5), time).open()) {
            return cache.get("k");
          }
        });
    time.awaitWaiters(1);
    goOn.countDown();
    assertThat(waiter.get()).isEqualTo("old");
    assertThat(leader.get()).isEqualTo("old");
    assertThat(time.pending()).isZero();
  }

  @Test
  void get_waiterInterrupted_saysSoAndLoadGoesOn() throws Exception {
    TieredCache<String, String> cache = builder().loader(this::slowly).build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    var flag = new AtomicReference<Boolean>();
    Running<String> waiter =
        Threads.start(() -> {
          try {
            return cache.get("k");
          } finally {
            flag.set(Thread.currentThread().isInterrupted());
          }
        });
    waiter.awaitBlocked();
    waiter.interrupt();
    assertThat(failureOf(waiter)).isInstanceOf(CallInterruptedException.class);
    assertThat(flag).hasValue(true);
    goOn.countDown();
    assertThat(leader.get()).isEqualTo("old");
  }

  @Test
  void get_loaderAsksForItsOwnKey_refused() {
    var self = new AtomicReference<TieredCache<String, String>>();
    self.set(builder().loader(key -> self.get().get(key)).build());
    assertThatExceptionOfType(CacheLoadException.class)
        .isThrownBy(() -> self.get().get("k"))
        .withRootCauseInstanceOf(IllegalStateException.class)
        .withStackTraceContaining("a key that this loader loads itself");
  }

  @Test
  void get_loaderAsksForAKeyOfItsOwnBatch_refused() {
    var self = new AtomicReference<TieredCache<String, String>>();
    self.set(
        builder()
            .loader(key -> "single")
            .bulkLoader(keys -> Map.of("a", self.get().get("b")))
            .build());
    assertThatExceptionOfType(CacheLoadException.class)
        .isThrownBy(() -> self.get().getAll(List.of("a", "b")))
        .withRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void get_loaderAsksForAnotherKey_loadsBoth() {
    var self = new AtomicReference<TieredCache<String, String>>();
    self.set(
        builder().loader(key -> key.length() == 3 ? key : self.get().get(key + "x") + "!").build());
    assertThat(self.get().get("k")).isEqualTo("kxx!!");
    assertThat(self.get().stats().loads()).isEqualTo(3);
  }

  @Test
  void get_twoThreadsAskForEachOthersKey_refusedInsteadOfWaitingForEver() throws Exception {
    var self = new AtomicReference<TieredCache<String, String>>();
    var both = new CountDownLatch(2);
    self.set(
        builder()
            .loader(key -> {
              both.countDown();
              Threads.await(both);
              return self.get().get(key.equals("a") ? "b" : "a");
            })
            .build());
    Running<String> one = Threads.start(() -> self.get().get("a"));
    Running<String> two = Threads.start(() -> self.get().get("b"));
    assertThat(failureOf(one)).hasRootCauseInstanceOf(IllegalStateException.class);
    assertThat(failureOf(two)).hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void getAll_overlappingBatches_neitherBlocksTheOther() throws Exception {
    var entered = new CountDownLatch(2);
    TieredCache<String, String> cache =
        builder()
            .bulkLoader(keys -> {
              entered.countDown();
              Threads.await(entered);
              return Map.of(keys.iterator().next(), "v");
            })
            .build();
    // "a" and "b" are loading at the same time; the second batch joins the load of "a".
    Running<Map<String, String>> one = Threads.start(() -> cache.getAll(List.of("a")));
    one.awaitBlocked();
    Running<Map<String, String>> two = Threads.start(() -> cache.getAll(List.of("b", "a")));
    assertThat(one.get()).containsOnlyKeys("a");
    assertThat(two.get()).containsOnlyKeys("a", "b");
    assertThat(cache.stats().loads()).isEqualTo(2);
  }

  @Test
  void getAsync_notInMemory_runsOnTheExecutorUnderTheCallersContext() throws Exception {
    Ambient.Key<String> tenant = Ambient.key("tenant");
    List<Runnable> queue = new ArrayList<>();
    TieredCache<String, String> cache =
        builder().executor(queue::add).loader(key -> key + "@" + Ambient.get(tenant)).build();
    CompletableFuture<String> future;
    try (var scope = Ambient.open(tenant, "acme")) {
      future = cache.getAsync("k");
    }
    assertThat(future).isNotDone();
    drain(queue);
    assertThat(future.get()).isEqualTo("k@acme");
    assertThat(cache.getAsync("k")).isCompletedWithValue("k@acme");
  }

  @Test
  void getAsync_twice_oneLoadAndCancellingOneDoesNotStopIt() throws Exception {
    List<Runnable> queue = new ArrayList<>();
    TieredCache<String, String> cache =
        builder().executor(queue::add).loader(key -> "v" + loads.incrementAndGet()).build();
    CompletableFuture<String> one = cache.getAsync("k");
    CompletableFuture<String> two = cache.getAsync("k");
    one.cancel(true);
    drain(queue);
    assertThat(two.get()).isEqualTo("v1");
    assertThat(cache.stats().coalesced()).isEqualTo(1);
  }

  @Test
  void getAsync_loaderThrows_completesWithCacheLoadException() {
    var down = new IOException("down");
    TieredCache<String, String> cache =
        builder()
            .executor(Runnable::run)
            .loader(key -> {
              throw down;
            })
            .build();
    assertThatThrownBy(() -> cache.getAsync("k").get())
        .cause()
        .isInstanceOf(CacheLoadException.class)
        .hasCause(down);
  }

  @Test
  void getAsync_deadlineEndedInTheLoader_tellsTheLoadersException() {
    TieredCache<String, String> cache =
        builder()
            .executor(Runnable::run)
            .loader(key -> {
              throw new IOException("no time left");
            })
            .build();
    CompletableFuture<String> future;
    try (var scope = Deadline.after(Duration.ZERO, time).open()) {
      future = cache.getAsync("k");
    }
    assertThatThrownBy(future::get).cause().isInstanceOf(CacheLoadException.class);
  }

  @Test
  void getAsync_executorRefuses_failsAndLeavesNoFlightBehind() {
    var refusals = new AtomicInteger();
    TieredCache<String, String> cache =
        builder()
            .executor(task -> {
              if (refusals.getAndIncrement() == 0) {
                throw new RejectedExecutionException("full");
              }
              task.run();
            })
            .loader(key -> "v")
            .build();
    assertThatThrownBy(() -> cache.getAsync("k").get())
        .cause()
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(cache.get("k")).isEqualTo("v");
  }

  @Test
  void getAll_joinsALoad_countsItOnce() throws Exception {
    TieredCache<String, String> cache = builder().loader(this::slowly).build();
    Running<String> leader = Threads.start(() -> cache.get("k"));
    loading.await();
    Running<Map<String, String>> joiner = Threads.start(() -> cache.getAll(List.of("k")));
    joiner.awaitBlocked();
    goOn.countDown();
    assertThat(joiner.get()).containsEntry("k", leader.get());
    assertThat(cache.stats().coalesced()).isEqualTo(1);
  }

  @Test
  void getAsync_executorThrowsAnError_failsAndLeavesNoFlightBehind() {
    var refusals = new AtomicInteger();
    var noThread = new OutOfMemoryError("unable to create native thread");
    TieredCache<String, String> cache =
        builder()
            .executor(task -> {
              if (refusals.getAndIncrement() == 0) {
                throw noThread;
              }
              task.run();
            })
            .loader(key -> "v")
            .build();
    assertThatThrownBy(() -> cache.getAsync("k").get()).hasCause(noThread);
    assertThat(cache.getAsync("k")).isCompletedWithValue("v");
  }

  @Test
  void getAsync_leaderGaveUp_loadsUnderTheOtherCallersContext() throws Exception {
    Ambient.Key<String> tenant = Ambient.key("tenant");
    List<Runnable> queue = new ArrayList<>();
    TieredCache<String, String> cache =
        builder()
            .executor(queue::add)
            .loader(key -> {
              if (Deadline.current() != null) {
                throw new IOException("no time left");
              }
              return key + "@" + Ambient.get(tenant);
            })
            .build();
    try (var scope = Deadline.after(Duration.ZERO, time).open()) {
      var unused = cache.getAsync("k");
    }
    CompletableFuture<String> joined;
    try (var scope = Ambient.open(tenant, "acme")) {
      joined = cache.getAsync("k");
    }
    drain(queue);
    assertThat(joined.get()).isEqualTo("k@acme");
  }

  private static void drain(List<Runnable> queue) {
    while (!queue.isEmpty()) {
      queue.remove(0).run();
    }
  }

  private static Throwable failureOf(CompletableFuture<?> future) throws InterruptedException {
    try {
      future.get();
    } catch (ExecutionException failed) {
      return failed.getCause();
    }
    throw new AssertionError("did not fail");
  }
}
