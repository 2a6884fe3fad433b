// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.resilience.CallInterruptedException;
import dev.tenfold.resilience.CallTimeoutException;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardScatterTest {
  private static final List<Long> KEYS = LongStream.range(0, 100).boxed().toList();

  private final ShardRouter router =
      ShardRouter.of(
          TopologySource.of(
              Topology.builder("t").shard("s0", 1).shard("s1", 1).shard("s2", 1).build()));
  private final Map<ShardId, DataSource> sources = new HashMap<>();
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  ShardScatterTest() {
    router.shards().forEach(shard -> sources.put(shard, new StubPool(shard.value()).dataSource()));
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private ShardedDataSource on(Executor executor, int maxParallel) {
    return ShardedDataSource.builder(router, sources::get)
        .scatter(executor, maxParallel)
        .timeSource(time)
        .build();
  }

  private static ShardId shard(String id) {
    return new ShardId(id);
  }

  @Test
  void scatter_keys_asksEachShardOnceForItsKeys() throws Exception {
    ShardOutcomes<List<Long>> outcomes = on(Runnable::run, 8).scatter(KEYS, (source, keys) -> keys);
    assertThat(outcomes.byShard().keySet()).containsExactlyElementsOf(router.shards());
    assertThat(outcomes.byShard())
        .allSatisfy((shard, outcome) -> {
          Collection<Long> keys = ((Outcome.Success<List<Long>>) outcome).value();
          assertThat(keys).isNotEmpty().allMatch(key -> router.route(key).equals(shard));
        });
    assertThat(outcomes.all().stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(KEYS);
    assertThat(outcomes.missing()).isEmpty();
  }

  @Test
  void scatterAll_everyShard_getsItsDataSource() throws Exception {
    ShardOutcomes<DataSource> outcomes = on(Runnable::run, 2).scatterAll((source, keys) -> source);
    assertThat(outcomes.all())
        .containsExactly(
            sources.get(shard("s0")), sources.get(shard("s1")), sources.get(shard("s2")));
  }

  @Test
  void scatter_oneShardFails_leavesNoSilentGap() {
    ShardOutcomes<String> outcomes =
        on(Runnable::run, 8)
            .scatterAll((source, keys) -> {
              if (source == sources.get(shard("s1"))) {
                throw new SQLException("down");
              }
              return "ok";
            });
    assertThat(outcomes.results()).containsExactly("ok", "ok");
    assertThat(outcomes.missing()).containsExactly(shard("s1"));
    assertThatExceptionOfType(SQLException.class).isThrownBy(outcomes::all).withMessage("down");
  }

  @Test
  void scatter_shardWithoutDataSource_isAFailureOfThatShard() {
    sources.remove(shard("s2"));
    ShardOutcomes<String> outcomes = on(Runnable::run, 8).scatterAll((source, keys) -> "ok");
    assertThat(outcomes.missing()).containsExactly(shard("s2"));
    assertThatIllegalStateException().isThrownBy(outcomes::all).withMessageContaining("shard s2");
  }

  @Test
  void scatter_keyWithoutHash_isRefusedBeforeAnyWork() {
    AtomicInteger calls = new AtomicInteger();
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            on(Runnable::run, 8)
                .scatter(List.of(1L, 2.5), (source, keys) -> calls.incrementAndGet()));
    assertThat(calls).hasValue(0);
  }

  @Test
  void scatter_deadlineEnds_returnsWithoutWhatIsNotDone() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Deadline deadline = Deadline.after(Duration.ofMillis(200), time);
    ShardOutcomes<String> outcomes =
        deadline.call(() ->
            on(threads, 1)
                .scatterAll((source, keys) -> {
                  if (source == sources.get(shard("s1"))) {
                    release.await();
                  }
                  return "ok";
                }));
    release.countDown();
    assertThat(outcomes.byShard()).hasSize(3);
    assertThat(outcomes.missing()).contains(shard("s1"), shard("s2"));
    assertThatExceptionOfType(CallTimeoutException.class)
        .isThrownBy(outcomes::all)
        .withMessageContaining("scatter on shard");
  }

  @Test
  void scatter_maxParallel_isKept() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ShardOutcomes<String> outcomes =
        ShardedDataSource.builder(router, sources::get)
            .scatter(threads, 2)
            .build()
            .scatterAll((source, keys) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              Thread.yield();
              running.decrementAndGet();
              return "ok";
            });
    assertThat(outcomes.all()).hasSize(3);
    assertThat(most.get()).isBetween(1, 2);
  }

  @Test
  void scatter_executorRejects_isAFailureOfEveryShard() {
    ShardOutcomes<String> outcomes =
        on(
                task -> {
                  throw new RejectedExecutionException("full");
                },
                8)
            .scatterAll((source, keys) -> "ok");
    assertThat(outcomes.missing()).hasSize(3);
    assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(outcomes::all);
  }

  @Test
  void scatter_executorTakesOnlyTheFirst_itDoesAllTheWork() throws Exception {
    List<Runnable> taken = new ArrayList<>();
    ShardOutcomes<String> outcomes =
        on(
                task -> {
                  if (!taken.isEmpty()) {
                    throw new RejectedExecutionException("full");
                  }
                  taken.add(task);
                  task.run();
                },
                8)
            .scatterAll((source, keys) -> "ok");
    assertThat(outcomes.all()).hasSize(3);
  }

  @Test
  void scatter_callerInterrupted_returnsAndKeepsTheFlag() {
    Thread.currentThread().interrupt();
    CountDownLatch release = new CountDownLatch(1);
    ShardOutcomes<String> outcomes =
        on(threads, 8)
            .scatterAll((source, keys) -> {
              release.await();
              return "ok";
            });
    assertThat(Thread.interrupted()).isTrue();
    release.countDown();
    assertThatExceptionOfType(CallInterruptedException.class).isThrownBy(outcomes::all);
  }

  @Test
  void scatter_workThrowsAnError_isThrown() {
    assertThatExceptionOfType(StackOverflowError.class)
        .isThrownBy(() ->
            on(threads, 1)
                .scatterAll((source, keys) -> {
                  throw new StackOverflowError();
                }));
  }

  @Test
  void scatter_context_isThatOfTheCaller() throws Exception {
    List<ReadIntent> intents =
        ReadIntent.REPLICA.call(
            () -> on(threads, 8).scatterAll((source, keys) -> ReadIntent.current()).all());
    assertThat(intents).containsOnly(ReadIntent.REPLICA);
  }

  @Test
  void scatter_withoutExecutor_isRefused() {
    ShardedDataSource plain = ShardedDataSource.builder(router, sources::get).build();
    assertThatIllegalStateException()
        .isThrownBy(() -> plain.scatterAll((source, keys) -> "ok"))
        .withMessageContaining("scatter(executor, n)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShardedDataSource.builder(router, sources::get).scatter(threads, 0));
  }
}
