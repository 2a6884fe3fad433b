// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.SpaceSaving.Counter;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpaceSavingTest {

  static LongStream seeds() {
    return LongStream.range(0, 60);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void add_anyStream_keepsTheBoundsOfThePaper(long seed) {
    Random random = new Random(seed);
    int counters = 1 + random.nextInt(40);
    int distinct = 1 + random.nextInt(200);
    int shape = random.nextInt(4);
    SpaceSaving summary = new SpaceSaving(counters);
    Map<Object, Long> exact = new HashMap<>();
    for (int i = 0; i < 5000; i++) {
      int key =
          switch (shape) {
            case 0 -> random.nextInt(distinct); // even
            case 1 -> (int) (distinct * Math.pow(random.nextDouble(), 4)); // skewed
            case 2 -> i % distinct; // each key comes just after it was displaced
            default -> i < 2500 ? i : random.nextInt(3); // new keys, then few keys
          };
      exact.merge(add(summary, key), 1L, Long::sum);
      if (i % 97 == 0 || i == 4999) {
        assertBounds(summary, counters, exact);
      }
    }
  }

  /** Returns a key of a number: the number, or a text that has the number as its hash code. */
  private static Object add(SpaceSaving summary, int number) {
    if (number % 3 > 0) {
      summary.add(number);
      return (long) number;
    }
    String text = String.valueOf((char) (number + number % 2));
    summary.add(text);
    return text;
  }

  private static void assertBounds(SpaceSaving summary, int counters, Map<Object, Long> exact) {
    List<Counter> all = summary.top(Integer.MAX_VALUE);
    Map<Object, Counter> byKey = all.stream().collect(Collectors.toMap(c -> c.key(), c -> c));
    long length = exact.values().stream().mapToLong(Long::longValue).sum();
    assertThat(all).hasSizeLessThanOrEqualTo(counters);
    assertThat(summary.length()).isEqualTo(length);
    assertThat(all.stream().mapToLong(c -> c.count()).sum()).isEqualTo(length);
    assertThat(all).isSortedAccordingTo((a, b) -> Long.compare(b.count(), a.count()));
    for (Counter counter : all) {
      assertThat(exact.get(counter.key()))
          .isBetween(counter.count() - counter.error(), counter.count());
      assertThat(counter.error()).isBetween(0L, length / counters);
    }
    exact.forEach((key, times) -> {
      if (times > length / counters) {
        assertThat(byKey).containsKey(key);
      }
    });
  }

  @Test
  void add_noMoreKeysThanCounters_isExact() {
    SpaceSaving summary = new SpaceSaving(3);
    for (String key : "a b c a b a a".split(" ")) {
      summary.add(key);
    }

    assertThat(summary.top(2))
        .extracting(c -> c.key() + " " + c.count() + " " + c.error())
        .containsExactly("a 4 0", "b 2 0");
  }

  @Test
  void add_aMillionDistinctKeys_keepsAsManyAsCounters() {
    SpaceSaving summary = new SpaceSaving(80);
    List<WeakReference<Object>> some = new ArrayList<>();
    for (int i = 0; i < 1_000_000; i++) {
      String key = "key-" + i;
      if (i % 100 == 0) {
        some.add(new WeakReference<>(key));
      }
      summary.add(key);
    }
    System.gc();

    assertThat(summary.top(Integer.MAX_VALUE)).hasSize(80);
    assertThat(some.stream().filter(key -> key.get() != null)).hasSizeLessThanOrEqualTo(80);
    assertThat(summary.length()).isEqualTo(1_000_000);
  }

  @Test
  void top_andWhatIsAddedLater_areApart() {
    SpaceSaving summary = new SpaceSaving(1);
    summary.add("a");
    List<Counter> top = summary.top(1);
    summary.add("b");

    assertThat(top.get(0).key()).isEqualTo("a");
    assertThat(top.get(0).count()).isEqualTo(1);
    assertThat(summary.top(1).get(0).error()).isEqualTo(1);
  }

  @Test
  void clear_forgetsAll() {
    SpaceSaving summary = new SpaceSaving(2);
    summary.add("a");
    summary.clear();

    assertThat(summary.top(2)).isEmpty();
    assertThat(summary.length()).isZero();
    summary.add("b");
    assertThat(summary.top(2)).extracting(Counter::key).containsExactly("b");
  }
}
