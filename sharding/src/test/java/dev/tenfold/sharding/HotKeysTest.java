// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.sun.management.ThreadMXBean;
import dev.tenfold.sharding.HotKeys.HotKey;
import dev.tenfold.sharding.HotKeys.Samples;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HotKeysTest {
  private static final ShardId S0 = new ShardId("s0");
  private static final ShardId S1 = new ShardId("s1");
  private static final Topology ONE = Topology.builder("one").shard("s0", 1).build();
  private static final Topology TWO =
      Topology.builder("two").shard("s0", 1).shard("s1", 1).pin("tenant-2", "s1").build();

  private static HotKeys.Builder observing(Topology topology) {
    return HotKeys.observing(ShardRouter.of(TopologySource.of(topology)));
  }

  static LongStream seeds() {
    return LongStream.range(0, 8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64})
  void route_everyTypeOfKey_isTheRouters(int sampleEvery) {
    ShardRouter router = ShardRouter.of(TopologySource.of(TWO));
    HotKeys routes = HotKeys.observing(router).sampleEvery(sampleEvery).build();
    for (int i = 0; i < 6000; i++) {
      Object key = Keys.of(i);
      assertThat(routes.route(key)).isEqualTo(router.route(key));
      if (key instanceof String text) {
        assertThat(routes.route(text)).isEqualTo(router.route(key));
      } else if (key instanceof byte[] bytes) {
        assertThat(routes.route(bytes)).isEqualTo(router.route(key));
      } else if (key instanceof UUID uuid) {
        assertThat(routes.route(uuid)).isEqualTo(router.route(key));
      } else {
        assertThat(routes.route(((Number) key).longValue())).isEqualTo(router.route(key));
      }
    }
    assertThat(routes.shards()).isEqualTo(router.shards());
    assertThat(routes.samples().failed()).isZero();
  }

  @Test
  void route_whatTheRouterRefuses_isRefusedAndNoSample() {
    HotKeys routes = observing(TWO).sampleEvery(1).build();

    assertThatNullPointerException()
        .isThrownBy(() -> routes.route((String) null))
        .withMessageContaining("shard key is null");
    assertThatNullPointerException().isThrownBy(() -> routes.route((Object) null));
    assertThatIllegalArgumentException().isThrownBy(() -> routes.route(1.5));
    assertThatIllegalArgumentException().isThrownBy(() -> routes.route(new int[] {1}));
    assertThat(routes.samples()).isEqualTo(new Samples(0, 0, 0, 0));
  }

  /** Of 50,000 keys, the n-th has a frequency of 1 / n^1.1. */
  private static final class Zipf {
    private final double[] sums = new double[50_000];
    private final Random random;

    Zipf(long seed) {
      this.random = new Random(seed);
      double sum = 0;
      for (int i = 0; i < sums.length; i++) {
        sum += Math.pow(i + 1, -1.1);
        sums[i] = sum;
      }
    }

    long next() {
      int found = Arrays.binarySearch(sums, random.nextDouble() * sums[sums.length - 1]);
      return found < 0 ? -found - 1 : found;
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void top_allSampled_holdsTheBoundsAgainstAnExactCount(long seed) {
    HotKeys routes = observing(TWO).sampleEvery(1).top(10).build();
    Map<ShardId, Map<Object, Long>> exact = new HashMap<>();
    Zipf zipf = new Zipf(seed);
    for (int i = 0; i < 100_000; i++) {
      long key = zipf.next();
      exact.computeIfAbsent(routes.route(key), shard -> new HashMap<>()).merge(key, 1L, Long::sum);
    }

    assertThat(routes.samples()).isEqualTo(new Samples(100_000, 0, 0, 0));
    exact.forEach((shard, counts) -> {
      long all = counts.values().stream().mapToLong(Long::longValue).sum();
      List<HotKey> top = routes.top(shard);
      assertThat(routes.routes(shard)).isEqualTo(all);
      assertThat(top).hasSize(10).isSortedAccordingTo((a, b) -> Long.compare(b.count(), a.count()));
      for (HotKey hot : top) {
        assertThat(counts.get(hot.key())).isBetween(hot.count() - hot.error(), hot.count());
        assertThat(hot.error()).isBetween(0L, all / 40);
      }
      counts.forEach((key, times) -> {
        if (times > all / 10) {
          assertThat(top).extracting(HotKey::key).contains(key);
        }
      });
    });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void top_oneInSixtyFour_findsTheHeavyHitters(long seed) {
    HotKeys routes = observing(ONE).build();
    long[] exact = new long[50_000];
    Zipf zipf = new Zipf(seed);
    for (int i = 0; i < 1_000_000; i++) {
      long key = zipf.next();
      routes.route(key);
      exact[(int) key]++;
    }

    List<HotKey> top = routes.top(S0);
    assertThat(top).extracting(HotKey::key).contains(0L, 1L, 2L, 3L, 4L);
    assertThat(top.get(0).key()).isEqualTo(0L);
    for (HotKey hot : top.subList(0, 5)) {
      long times = exact[((Long) hot.key()).intValue()];
      double deviation = 64 * Math.sqrt(times / 64.0);
      assertThat(hot.count()).isGreaterThan((long) (times - 5 * deviation));
      assertThat(hot.count() - hot.error()).isLessThan((long) (times + 5 * deviation));
    }
    assertThat(routes.routes(S0)).isBetween(960_000L, 1_040_000L);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 32, 64, 128})
  void route_periodicTraffic_isSampledFairly(int period) {
    HotKeys routes = observing(ONE).sampleEvery(64).top(period).build();
    int rounds = 20_000 * 64 / period;
    for (int i = 0; i < rounds; i++) {
      for (long key = 0; key < period; key++) {
        routes.route(key);
      }
    }

    // The expected samples of a key; their standard deviation is at most the square root.
    double expected = rounds / 64.0;
    assertThat(routes.top(S0))
        .hasSize(period)
        .allSatisfy(hot ->
            assertThat(hot.count() / 64.0)
                .isBetween(expected - 6 * Math.sqrt(expected), expected + 6 * Math.sqrt(expected)));
  }

  @Test
  void top_keysOfOneValue_areOneKeyThatCanBePinned() {
    HotKeys routes = observing(ONE).sampleEvery(1).build();
    StringBuilder builder = new StringBuilder("7");
    byte[] bytes = {7, -7};
    UUID uuid = new UUID(7, 7);
    for (Object key : new Object[] {7, 7L, (short) 7, (byte) 7, BigInteger.valueOf(7)}) {
      routes.route(key);
    }
    routes.route(7);
    routes.route(builder);
    routes.route("7");
    builder.append("more");
    routes.route(bytes);
    routes.route(new byte[] {7, -7});
    bytes[0] = 1;
    routes.route(uuid);

    List<HotKey> top = routes.top(S0);
    assertThat(top).hasSize(4);
    assertThat(top.get(0)).isEqualTo(new HotKey(7L, 6, 0));
    assertThat(top).contains(new HotKey("7", 2, 0), new HotKey(uuid, 1, 0));
    byte[] copy =
        top.stream()
            .map(HotKey::key)
            .filter(byte[].class::isInstance)
            .map(byte[].class::cast)
            .findAny()
            .orElseThrow();
    assertThat(copy).containsExactly(7, -7);
    Topology.Evolution next = ONE.evolve().add("s1", 1);
    top.forEach(hot -> next.pin(hot.key(), "s1"));
    assertThat(next.build().pins()).hasSize(4);
  }

  @Test
  void top_keyOfMoreThan128CanonicalBytes_canBeRoutedButNotPinned() {
    HotKeys routes = observing(ONE).sampleEvery(1).build();
    for (Object key : List.of("x".repeat(128), "x".repeat(129), "日".repeat(60), new byte[200])) {
      routes.route(key);
    }

    for (HotKey hot : routes.top(S0)) {
      assertThat(routes.route(hot.key())).isEqualTo(S0);
      Topology.Evolution next = ONE.evolve().add("s1", 1);
      if ("x".repeat(128).equals(hot.key())) {
        assertThat(next.pin(hot.key(), "s1").build().pins()).hasSize(1);
      } else {
        assertThatIllegalArgumentException().isThrownBy(() -> next.pin(hot.key(), "s1"));
      }
    }
  }

  @Test
  void top_keyThatComesAsTextAndAsBytes_isCountedForEach() {
    HotKeys routes = observing(ONE).sampleEvery(1).build();
    routes.route("ab");
    routes.route(new byte[] {'a', 'b'});

    assertThat(routes.top(S0)).hasSize(2).allMatch(hot -> hot.count() == 1);
  }

  @Test
  void top_pinnedKey_isOfTheShardItIsPinnedTo() {
    HotKeys routes = observing(TWO).sampleEvery(1).build();
    routes.route("tenant-2");

    assertThat(routes.top(S1)).containsExactly(new HotKey("tenant-2", 1, 0));
    assertThat(routes.top(S0)).isEmpty();
  }

  @Test
  void top_keysThatCameOnce_oweAllButOneSampleToOthers() {
    HotKeys routes = observing(ONE).sampleEvery(3).top(1).build();
    LongStream.range(0, 10_000).forEach(routes::route);

    HotKey hot = routes.top(S0).get(0);
    assertThat(hot.error()).isEqualTo(hot.count() - 3);
    assertThat(hot.error()).isBetween(routes.routes(S0) / 4 - 3, routes.routes(S0) / 4);
  }

  @Test
  void top_moreKeysThanCounters_keepsTheBound() {
    HotKeys routes = observing(ONE).sampleEvery(1).top(5).build();
    for (long key = 0; key < 1_000_000; key++) {
      routes.route(key);
    }

    assertThat(routes.top(S0)).hasSize(5).allMatch(hot -> hot.error() <= 1_000_000 / 20);
  }

  @Test
  void route_longKeys_areNotFollowedButCounted() {
    HotKeys routes = observing(ONE).sampleEvery(1).build();
    String most = "x".repeat(256);
    routes.route(most);
    routes.route(most + "x");
    routes.route(new byte[256]);
    routes.route(new byte[257]);
    routes.route(new Text("short", most + "x"));
    routes.route(new Text(most + "x", new IllegalStateException("too long to be copied")));

    assertThat(routes.samples()).isEqualTo(new Samples(2, 0, 4, 0));
    assertThat(routes.top(S0)).hasSize(2);
  }

  /** A CharSequence of a class of the caller. */
  private record Text(String characters, Object string) implements CharSequence {
    @Override
    public int length() {
      return characters.length();
    }

    @Override
    public char charAt(int index) {
      return characters.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return characters.subSequence(start, end);
    }

    @Override
    public String toString() {
      if (string instanceof Throwable e) {
        throw HotKeysTest.<RuntimeException>undeclared(e);
      }
      return (String) string;
    }
  }

  @SuppressWarnings("unchecked") // the cast is never used
  private static <E extends Throwable> E undeclared(Throwable e) throws E {
    throw (E) e;
  }

  @Test
  void route_keyThatCannotBeRead_isRoutedAndCounted() {
    HotKeys routes = observing(ONE).sampleEvery(1).build();

    assertThat(routes.route(new Text("a", new IllegalStateException("planned")))).isEqualTo(S0);
    assertThat(routes.route((Object) new Text("a", new AssertionError("planned")))).isEqualTo(S0);
    assertThat(routes.samples()).isEqualTo(new Samples(0, 0, 0, 2));
  }

  @Test
  void route_keyWhoseTextThrowsWhatItDoesNotDeclare_isRouted() {
    HotKeys routes = observing(ONE).sampleEvery(1).build();

    assertThat(routes.route(new Text("a", new IOException("planned")))).isEqualTo(S0);
    assertThat(routes.samples()).isEqualTo(new Samples(0, 0, 0, 1));
  }

  @Test
  void route_onAThreadThatHidesItsId_isRouted() {
    HotKeys routes = observing(ONE).sampleEvery(1).build();
    CompletableFuture<ShardId> answer = new CompletableFuture<>();
    new Thread(
        () -> {
          try {
            answer.complete(routes.route(1L));
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        }) {
      @Override
      public long getId() {
        throw new UnsupportedOperationException("planned");
      }
    }.start();

    assertThat(answer.join()).isEqualTo(S0);
  }

  @Test
  void summary_busy_isLeftAtOnce() {
    HotKeySummary summary = new HotKeySummary(4);

    boolean added =
        summary.read(keys -> CompletableFuture.supplyAsync(() -> summary.tryAdd("key")).join());

    assertThat(added).isFalse();
    assertThat(summary.tryAdd("key")).isTrue();
  }

  @Test
  void route_manyThreads_losesNoSampleUncounted() {
    HotKeys routes = observing(TWO).sampleEvery(1).build();
    CompletableFuture<?>[] threads =
        IntStream.range(0, 4)
            .mapToObj(thread ->
                CompletableFuture.runAsync(() -> {
                  for (int i = 0; i < 50_000; i++) {
                    routes.route("tenant-" + i % 7);
                    if (i % 1000 == 0) {
                      routes.top(S0);
                    }
                  }
                }))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(threads).join();

    Samples samples = routes.samples();
    assertThat(samples.counted() + samples.busy()).isEqualTo(200_000);
    assertThat(samples.counted()).isEqualTo(routes.routes(S0) + routes.routes(S1)).isPositive();
    List<HotKey> all = new ArrayList<>(routes.top(S0));
    all.addAll(routes.top(S1));
    assertThat(all).hasSize(7).allMatch(hot -> hot.error() == 0);
    assertThat(all.stream().mapToLong(HotKey::count).sum()).isEqualTo(samples.counted());
  }

  @Test
  void topologyMovesOn_whoLeavesIsDroppedAndWhoStaysGoesOn() {
    AtomicReference<Topology> current = new AtomicReference<>(TWO);
    HotKeys routes = HotKeys.observing(ShardRouter.of(current::get)).sampleEvery(1).build();
    LongStream.range(0, 100).forEach(routes::route);
    long before = routes.routes(S1);
    assertThat(routes.top(S0)).isNotEmpty();

    Topology without = TWO.evolve().remove("s0").add("s2", 1).build();
    current.set(without);
    LongStream.range(0, 100).forEach(routes::route);
    assertThat(routes.top(S0)).isEmpty();
    assertThat(routes.routes(S0)).isZero();
    assertThat(routes.routes(S1)).isGreaterThan(before);
    assertThat(routes.top(new ShardId("s2"))).isNotEmpty();

    current.set(without.evolve().add("s0", 1).build());
    assertThat(routes.top(S0)).as("back, and begins anew").isEmpty();
  }

  @Test
  void clear_forgetsKeysAndKeepsWhatBecameOfSamples() {
    HotKeys routes = observing(ONE).sampleEvery(1).build();
    routes.route("a");
    routes.clear();

    assertThat(routes.top(S0)).isEmpty();
    assertThat(routes.routes(S0)).isZero();
    assertThat(routes.samples()).isEqualTo(new Samples(1, 0, 0, 0));
    routes.route("b");
    assertThat(routes.top(S0)).containsExactly(new HotKey("b", 1, 0));
  }

  @Test
  void route_notSampled_allocatesNothing() {
    HotKeys routes = observing(TWO).sampleEvery(1_000_000).build();
    UUID uuid = new UUID(1, 2);
    byte[] bytes = "bytes".getBytes(StandardCharsets.UTF_8);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) { // the first rounds load and link classes
      long before = threads.getCurrentThreadAllocatedBytes();
      for (long i = 0; i < 10_000; i++) {
        routes.route(i);
        routes.route("tenant-2");
        routes.route(uuid);
        routes.route(bytes);
        routes.route((Object) "tenant-2");
      }
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(allocated).as("bytes in 50,000 routes").isLessThan(10_000);
  }

  @Test
  void route_sampledIntegers_allocateNothingOnceThereAreCounters() {
    HotKeys routes = observing(TWO).sampleEvery(1).build();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) { // the first rounds link classes and create counters
      long before = threads.getCurrentThreadAllocatedBytes();
      for (long i = 0; i < 10_000; i++) {
        routes.route(i);
      }
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(allocated).as("bytes in 10,000 samples").isLessThan(10_000);
    assertThat(routes.samples()).isEqualTo(new Samples(50_000, 0, 0, 0));
  }

  @Test
  void builder_untouched_samplesOneInSixtyFourAndAnswersTwenty() {
    HotKeys routes = observing(ONE).build();
    for (int i = 0; i < 640_000; i++) {
      routes.route(i % 50);
    }

    assertThat(routes.samples().counted()).isBetween(9_500L, 10_500L);
    assertThat(routes.routes(S0)).isEqualTo(64 * routes.samples().counted());
    assertThat(routes.top(S0)).hasSize(20);
  }

  @Test
  void builder_outOfRange_isRefusedWithTheValueAndTheLimit() {
    HotKeys.Builder builder = observing(ONE);
    for (int value : new int[] {Integer.MIN_VALUE, -1, 0, 1_000_001}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.sampleEvery(value))
          .withMessage("sampleEvery of HotKeys is " + value + "; it must be from 1 to 1000000");
    }
    for (int value : new int[] {-1, 0, 1001}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.top(value))
          .withMessage("top of HotKeys is " + value + "; it must be from 1 to 1000");
    }
    assertThatNullPointerException().isThrownBy(() -> HotKeys.observing(null));
    assertThatNullPointerException().isThrownBy(() -> builder.build().top(null));
  }
}
