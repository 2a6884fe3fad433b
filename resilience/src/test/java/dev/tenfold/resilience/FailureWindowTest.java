// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static java.math.RoundingMode.CEILING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureWindowTest {
  private static final Threshold HALF_OF_20 = new Threshold(0.5, 2, 20);

  record Result(long nanos, boolean failed, boolean slow) {}

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void countWindow_anyHistory_agreesWithANaiveOne(long seed) {
    Random random = new Random(seed);
    int size = 1 + random.nextInt(12);
    int minimum = 1 + random.nextInt(size);
    Threshold threshold =
        new Threshold(0.1 + 0.9 * random.nextDouble(), 0.1 + 0.9 * random.nextDouble(), minimum);
    CountWindow window = new CountWindow(threshold, size);
    var model = new ArrayDeque<Result>();
    double failing = random.nextDouble();
    for (int i = 0; i < 500; i++) {
      Result result = new Result(i, random.nextDouble() < failing, random.nextInt(4) == 0);
      model.add(result);
      if (model.size() > size) {
        model.remove();
      }

      boolean open = window.record(i, result.failed, result.slow);

      long failures = model.stream().filter(Result::failed).count();
      long slow = model.stream().filter(Result::slow).count();
      assertThat(window.calls(i)).isEqualTo(model.size());
      assertThat(window.failures(i)).isEqualTo(failures);
      assertThat(window.slowCalls(i)).isEqualTo(slow);
      boolean reached =
          model.size() >= minimum
              && ((failures > 0 && failures >= threshold.failureRate() * model.size())
                  || (slow > 0 && slow >= threshold.slowRate() * model.size()));
      // A breaker opens at once, so only the first crossing counts.
      assertThat(open).as("result %s", i).isEqualTo(reached);
      if (reached) {
        return;
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void countWindow_failuresAreRare_forgetsEachAfterALapAndCountsAllResults(long seed) {
    Random random = new Random(seed);
    int size = 1 + random.nextInt(12);
    CountWindow window = new CountWindow(new Threshold(2, 2, size), size);
    var model = new ArrayDeque<Result>();
    int whole = 0;
    for (int i = 1; i <= 2_000; i++) {
      Result result = new Result(i, random.nextInt(30) == 0, random.nextInt(60) == 0);
      model.add(result);
      if (model.size() > size) {
        model.remove();
      }

      assertThat(window.record(i, result.failed, result.slow)).isFalse();

      long failures = model.stream().filter(Result::failed).count();
      long slow = model.stream().filter(Result::slow).count();
      assertThat(window.failures(i)).as("result %s", i).isEqualTo(failures);
      assertThat(window.slowCalls(i)).as("result %s", i).isEqualTo(slow);
      assertThat(window.calls(i)).isEqualTo(model.size());
      assertThat(window.recorded()).isEqualTo(i);
      whole += model.size() == size && failures + slow == 0 ? 1 : 0;
    }
    assertThat(whole).as("results that left the window full of successes").isGreaterThan(300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void timeWindow_anyHistory_agreesWithANaiveOne(long seed) {
    Random random = new Random(seed);
    long origin = random.nextLong();
    TimeWindow window = new TimeWindow(new Threshold(0.6, 2, 5), origin, 1_000);
    var model = new ArrayDeque<Result>();
    long now = origin;
    long slice = 0;
    for (int i = 0; i < 500; i++) {
      now += random.nextInt(10) == 0 ? random.nextInt(3_000) : random.nextInt(60);
      Result result = new Result(now, random.nextInt(3) == 0, false);
      model.add(result);
      long oldest = Math.floorDiv(now - origin, 100) - 9;
      model.removeIf(old -> Math.floorDiv(old.nanos - origin, 100) < oldest);
      boolean turns = oldest + 9 > slice;
      slice = oldest + 9;

      boolean open = window.record(now, result.failed, false);

      long failures = model.stream().filter(Result::failed).count();
      assertThat(window.calls(now)).isEqualTo(model.size());
      assertThat(window.failures(now)).isEqualTo(failures);
      if (result.failed || turns) {
        assertThat(open).isEqualTo(model.size() >= 5 && failures * 5 >= model.size() * 3);
      }
    }
  }

  @ParameterizedTest(name = "size {0}")
  @ValueSource(ints = {1, 2, 3})
  void countWindow_tiny_survivesManyLaps(int size) {
    CountWindow window = new CountWindow(new Threshold(1, 2, size), size);
    for (int i = 0; i < 100; i++) {
      assertThat(window.record(i, false, false)).isFalse();
    }
    for (int i = 1; i < size; i++) {
      assertThat(window.record(i, true, false)).isFalse();
    }
    assertThat(window.record(0, true, false)).isTrue();
  }

  @Test
  void timeWindow_theCallThatReachesTheMinimumIsASuccess_opens() {
    TimeWindow window = new TimeWindow(HALF_OF_20, 0, 1_000);
    for (int i = 0; i < 10; i++) {
      assertThat(window.record(i, true, false)).isFalse();
    }
    for (int i = 0; i < 9; i++) {
      assertThat(window.record(i, false, false)).isFalse();
    }

    assertThat(window.record(20, false, false)).isTrue();
  }

  @Test
  void countWindow_theCallThatReachesTheMinimumIsASuccess_opens() {
    CountWindow window = new CountWindow(HALF_OF_20, 100);
    for (int i = 0; i < 10; i++) {
      assertThat(window.record(i, true, false)).isFalse();
    }
    for (int i = 0; i < 9; i++) {
      assertThat(window.record(i, false, false)).isFalse();
    }

    assertThat(window.record(20, false, false)).isTrue();
  }

  @Test
  void timeWindow_aSuccessTurnsItAndOlderSuccessesLeave_opens() {
    TimeWindow window = new TimeWindow(HALF_OF_20, 0, 1_000);
    for (int i = 0; i < 30; i++) {
      window.record(0, false, false);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(window.record(200, true, false)).as("of 50 calls at most 20 fail").isFalse();
    }

    assertThat(window.record(1_000, false, false)).as("20 of 21 failed").isTrue();
  }

  /** In slice 0 one of four fails, in the next nine none. */
  private static TimeWindow recovered(int calls, int each) {
    TimeWindow window = new TimeWindow(HALF_OF_20, 0, 1_000);
    for (int i = 0; i < calls; i++) {
      window.record(0, i % 4 == 0, false);
    }
    for (int i = 0; i < 9 * each; i++) {
      window.record(100 + i / each * 100, false, false);
    }
    return window;
  }

  @Test
  void timeWindow_halfTurnedByAnother_comparesFailuresAndCallsOfTheSameSlices() {
    TimeWindow window = recovered(1_000, 20);
    window.begin(10);

    assertThat(window.record(999, true, false)).as("251 of 1,181 failed").isFalse();

    for (int i = 2; i < 180; i++) {
      assertThat(window.record(999, true, false)).as("%s of %s", i, i + 180).isFalse();
    }
    assertThat(window.record(999, true, false)).as("180 of 360, without slice 0").isTrue();
  }

  @Test
  void timeWindow_turnedWhileAnotherAddsUp_neverOverstatesTheRate() {
    int rounds = 3_000;
    AtomicInteger arrived = new AtomicInteger();
    AtomicInteger opened = new AtomicInteger();
    AtomicReference<TimeWindow> shared = new AtomicReference<>();
    Thread other =
        new Thread(() -> {
          TimeWindow last = null;
          for (int round = 1; round <= rounds; round++) {
            TimeWindow window = shared.get();
            while (window == last) {
              Thread.onSpinWait();
              window = shared.get();
            }
            last = window;
            for (int i = 0; i < 3; i++) {
              opened.addAndGet(window.record(999, true, false) ? 1 : 0);
            }
            arrived.set(round);
          }
        });
    other.start();
    for (int round = 1; round <= rounds; round++) {
      TimeWindow window = recovered(400, 5);
      shared.set(window);
      for (int spin = 0; spin < round % 40; spin++) {
        Thread.onSpinWait();
      }
      window.record(1_000, false, false);
      while (arrived.get() < round) {
        Thread.onSpinWait();
      }
    }

    assertThatCode(other::join).doesNotThrowAnyException();
    assertThat(opened).as("openings at less than one of four").hasValue(0);
  }

  @Test
  void threshold_ratesOfTwoDecimals_areReachedExactly() {
    for (int percent = 1; percent <= 100; percent++) {
      Threshold threshold = new Threshold(percent / 100.0, 2, 1);
      for (int calls = 1; calls <= 4_000; calls++) {
        long least = (percent * calls + 99) / 100;
        if (!threshold.reached(calls, least, 0) || threshold.reached(calls, least - 1, 0)) {
          throw new AssertionError(percent + " % of " + calls + " calls is not " + least);
        }
      }
    }
    assertThat(HALF_OF_20.reached(7, 3, 0)).isFalse();
    assertThat(HALF_OF_20.reached(7, 4, 0)).isTrue();
  }

  @Test
  void threshold_ratesOfSixDecimals_areThoseOfDecimalArithmetic() {
    Random random = new Random(1);
    for (int i = 0; i < 200_000; i++) {
      BigDecimal rate = BigDecimal.valueOf(1 + random.nextInt(1_000_000), 6);
      long calls = 1 + random.nextInt(1 << 30);
      long least = rate.multiply(BigDecimal.valueOf(calls)).setScale(0, CEILING).longValue();
      Threshold threshold = new Threshold(2, rate.doubleValue(), 1);

      assertThat(threshold.reached(calls, 0, least)).as("%s of %s", rate, calls).isTrue();
      assertThat(threshold.reached(calls, 0, least - 1)).as("%s of %s", rate, calls).isFalse();
    }
  }

  @Test
  void timeWindow_windowLater_remembersNothing() {
    TimeWindow window = new TimeWindow(new Threshold(0.5, 1, 20), 0, 1_000);
    for (int i = 0; i < 19; i++) {
      window.record(0, true, true);
    }

    assertThat(window.calls(999)).isEqualTo(19);
    assertThat(window.slowCalls(999)).isEqualTo(19);
    assertThat(window.calls(1_000)).isZero();
    assertThat(window.record(1_000, true, false)).isFalse();
    assertThat(window.failures(1_000)).isEqualTo(1);
  }

  @Test
  void timeWindow_delayedByALap_countsAsOfNow() {
    TimeWindow window = new TimeWindow(HALF_OF_20, 0, 1_000);
    window.record(1_050, false, false);

    window.record(50, true, false);

    assertThat(window.calls(1_050)).isEqualTo(2);
    assertThat(window.failures(1_050)).isEqualTo(1);
    assertThat(window.failures(1_999)).isEqualTo(1);
    assertThat(window.calls(2_000)).isZero();
  }

  @Test
  void failureStreak_aSuccessBetween_startsOver() {
    ConsecutiveFailures streak = new ConsecutiveFailures(3);

    assertThat(streak.record(0, true, false)).isFalse();
    assertThat(streak.record(0, true, false)).isFalse();
    assertThat(streak.record(0, false, false)).isFalse();
    assertThat(streak.record(0, true, false)).isFalse();
    assertThat(streak.record(0, true, false)).isFalse();
    assertThat(streak.record(0, true, false)).isTrue();
  }

  @Test
  void timeWindow_moreSlicesThanAnIntHolds_stillCounts() {
    TimeWindow window = new TimeWindow(new Threshold(0.5, 2, 2), 0, 10_000_000);
    long at = (1L << 31) * 1_000_000;

    assertThat(window.record(at, true, false)).isFalse();
    assertThat(window.record(at, true, false)).isTrue();
    assertThat(window.failures(at)).isEqualTo(2);
  }

  @Test
  void countWindow_threadsLappingEachOther_neverSlowIfNoCallWas() {
    CountWindow window = new CountWindow(new Threshold(1, 1, 1), 1);
    Runnable calls =
        () -> {
          for (int i = 0; i < 1_000_000; i++) {
            window.record(0, (i & 1) == 0, false);
          }
        };
    Thread other = new Thread(calls);
    other.start();
    long mostSlow = 0;
    long mostFailed = 0;
    for (int i = 0; i < 1_000_000; i++) {
      window.record(0, (i & 1) == 0, false);
      mostSlow = Math.max(mostSlow, window.slowCalls(0));
      mostFailed = Math.max(mostFailed, window.failures(0));
    }

    assertThatCode(other::join).doesNotThrowAnyException();
    assertThat(mostSlow).isZero();
    assertThat(mostFailed).isEqualTo(1);
  }

  @Test
  void remainder_everySizeOfARing_isThatOfADivision() {
    for (int size = 1; size <= CountWindow.MAX_CALLS; size++) {
      long reciprocal = CountWindow.reciprocal(size);
      for (int bits = 0; bits < 62; bits += 3) {
        // Beside a multiple a quotient that is too small or too large would show.
        long multiple = ((1L << bits) | 1) / size * size;
        for (long number = Math.max(0, multiple - 1); number <= multiple + 1; number++) {
          int remainder = CountWindow.remainder(number, size, reciprocal);
          if (remainder != number % size) {
            throw new AssertionError(number + " % " + size + " is not " + remainder);
          }
        }
      }
    }
    assertThat(CountWindow.remainder((1L << 62) - 1, 7, CountWindow.reciprocal(7)))
        .isEqualTo((int) (((1L << 62) - 1) % 7));
  }

  @Test
  void remainder_everyNumberOfSmallRings_isThatOfADivision() {
    for (int size = 1; size <= 300; size++) {
      long reciprocal = CountWindow.reciprocal(size);
      for (int number = 0; number < 20 * size; number++) {
        if (CountWindow.remainder(number, size, reciprocal) != number % size) {
          throw new AssertionError(number + " % " + size);
        }
      }
      assertThat(CountWindow.remainder(20L * size, size, reciprocal)).isZero();
    }
  }

  @Test
  void timeWindow_threadsThatTurnItTogether_loseNoCall() throws InterruptedException {
    TimeWindow window = new TimeWindow(new Threshold(1, 1, 1), 0, 1_000_000);
    Runnable calls =
        () -> {
          for (int i = 0; i < 500_000; i++) {
            window.record(i, false, (i & 15) == 0);
          }
        };
    Thread other = new Thread(calls);
    other.start();
    calls.run();
    other.join();

    assertThat(window.recorded()).isEqualTo(1_000_000);
    assertThat(window.calls(500_000)).as("all within one window").isEqualTo(1_000_000);
    assertThat(window.slowCalls(500_000)).isEqualTo(62_500);
    assertThat(window.calls(1_400_000)).isZero();
  }

  @Test
  void timeWindow_slicesSkipped_keepsWhatIsYoungEnough() {
    TimeWindow window = new TimeWindow(new Threshold(1, 1, 100), 0, 1_000);
    window.record(50, true, true);
    window.record(450, true, false);
    window.record(950, false, true);

    assertThat(window.calls(950)).isEqualTo(3);
    assertThat(window.calls(1_000)).isEqualTo(2);
    assertThat(window.failures(1_000)).isEqualTo(1);
    assertThat(window.slowCalls(1_000)).isEqualTo(1);
    assertThat(window.calls(1_400)).isEqualTo(1);
    assertThat(window.calls(1_900)).isZero();
    window.record(1_350, false, false);
    assertThat(window.calls(1_350)).isEqualTo(3);
    assertThat(window.recorded()).isEqualTo(4);
  }
}
