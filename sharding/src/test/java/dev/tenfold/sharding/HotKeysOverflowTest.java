// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.HotKeys.HotKey;
import dev.tenfold.sharding.SpaceSaving.Counter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls at the end of a thread's stack, where any further call can overflow the stack. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HotKeysOverflowTest {
  private static final ShardId S0 = new ShardId("s0");
  private static final int DIVES = 40; // the first dives are interpreted, the last are compiled
  private static final int CALLS = 120; // the first calls have no room at all, the last have enough

  /**
   * Fills the stack of a thread, and calls a task from each frame on the way back. The task must
   * have run before: a class whose initialization overflows the stack can never be used again.
   */
  private static final class Dive {
    private final IntConsumer call;
    private int calls;
    private int overflows;

    Dive(IntConsumer call) {
      this.call = call;
    }

    static int overflows(int shift, IntConsumer call) throws InterruptedException {
      Dive dive = new Dive(call);
      Thread thread = new Thread(null, () -> dive.begin(shift), "dive", 256 * 1024);
      thread.start();
      thread.join();
      assertThat(dive.calls).isEqualTo(CALLS);
      return dive.overflows;
    }

    /** Shifts the frames that follow by this number of smaller frames. */
    private void begin(int shift) {
      if (shift > 0) {
        begin(shift - 1);
      } else {
        run();
      }
    }

    private void run() {
      try {
        run();
      } catch (StackOverflowError end) {
        // from this frame or a deeper one
      }
      if (calls < CALLS) {
        try {
          call.accept(calls++);
        } catch (StackOverflowError tooDeep) {
          overflows++;
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} keys")
  @ValueSource(
      ints = {
        0, 15, 16, 20
      }) // the first key, one more, one that grows the table, one that displaces a key
  void add_cutShort_leavesASummaryThatHoldsItsBounds(int keys) throws InterruptedException {
    int overflows = 0;
    for (int dive = 0; dive < DIVES; dive++) {
      SpaceSaving[] summaries = new SpaceSaving[CALLS];
      for (int i = 0; i < CALLS; i++) {
        summaries[i] = new SpaceSaving(20);
        LongStream.range(0, keys).forEach(summaries[i]::add);
      }
      overflows +=
          Dive.overflows(
              dive,
              i -> {
                if (i % 2 == 0) {
                  summaries[i].add(99);
                } else {
                  summaries[i].add("99");
                }
              });
      for (SpaceSaving summary : summaries) {
        assertSound(summary);
        assertThat(summary.length()).isIn(0L, (long) keys, keys + 1L);
      }
    }
    assertThat(overflows).isPositive();
  }

  @Test
  void clear_cutShort_forgetsAllOrNothing() throws InterruptedException {
    for (int dive = 0; dive < DIVES; dive++) {
      SpaceSaving[] summaries = new SpaceSaving[CALLS];
      for (int i = 0; i < CALLS; i++) {
        summaries[i] = new SpaceSaving(20);
        LongStream.range(0, 20).forEach(summaries[i]::add);
      }
      Dive.overflows(dive, i -> summaries[i].clear());
      for (SpaceSaving summary : summaries) {
        assertSound(summary);
        assertThat(summary.length()).isIn(0L, 20L);
      }
    }
  }

  @Test
  void add_cutShortTimeAndAgain_leavesASummaryThatCounts() throws InterruptedException {
    for (int dive = 0; dive < DIVES; dive++) {
      SpaceSaving summary = new SpaceSaving(80);
      Dive.overflows(dive, summary::add);
      assertSound(summary);
      summary.clear();
      for (int round = 0; round < 2; round++) {
        LongStream.range(0, 80).forEach(summary::add);
      }
      assertThat(summary.top(80)).hasSize(80).allMatch(c -> c.count() == 2 && c.error() == 0);
    }
  }

  private static void assertSound(SpaceSaving summary) {
    List<Counter> all = summary.top(Integer.MAX_VALUE);
    Set<Object> keys = new HashSet<>();
    assertThat(all).allMatch(counter -> counter.count() > 0 && keys.add(counter.key()));
    assertThat(all.stream().mapToLong(Counter::count).sum()).isEqualTo(summary.length());
  }

  @ParameterizedTest(name = "{0} keys")
  @ValueSource(ints = {15, 16, 20})
  void route_cutShort_harmsNobody(int keys) throws InterruptedException {
    Topology one = Topology.builder("one").shard("s0", 1).build();
    ShardRouter router = ShardRouter.of(TopologySource.of(one));
    HotKeys[] all = new HotKeys[CALLS];
    int overflows = 0;
    for (int dive = 0; dive < DIVES; dive++) {
      for (int i = 0; i < CALLS; i++) {
        all[i] = HotKeys.observing(router).sampleEvery(1).top(5).build();
        LongStream.range(0, keys).forEach(all[i]::route);
      }
      overflows += Dive.overflows(dive, i -> all[i].route(99L));
      for (HotKeys routes : all) {
        assertUsable(routes, keys + 1);
      }
    }
    assertThat(overflows).isPositive();
  }

  private static void assertUsable(HotKeys routes, long most) {
    assertThat(routes.routes(S0)).isBetween(0L, most);
    assertThat(routes.top(S0)).allMatch(hot -> hot.count() > 0);
    long before = routes.routes(S0);
    IntStream.range(200, 260).forEach(routes::route);
    assertThat(routes.routes(S0)).isEqualTo(before + 60);
    assertThat(routes.samples().busy()).as("nobody else is there").isZero();
    routes.clear();
    routes.route("a");
    assertThat(routes.top(S0)).containsExactly(new HotKey("a", 1, 0));
  }
}
