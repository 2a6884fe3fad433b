// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tenfold.resilience.FailureWindow;
import dev.tenfold.resilience.Gate;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link FailureWindow}, as tests. Extend the class and return a new window;
 * override {@link #enough} if the breaker opens after more bad results than that.
 *
 * <ol>
 *   <li>The needs are constant, and nothing but the time at the exit. A time that was not asked for
 *       is not read.
 *   <li>Successes alone never open the breaker. Bad results alone do, and the window then counts
 *       some of them.
 *   <li>{@code recorded} counts every result, also those that have left the window.
 *   <li>Failures and slow calls are counts within the calls of the window. A call that was only
 *       slow is no failure, and one that only failed is not slow.
 *   <li>Reading the counts changes nothing.
 *   <li>Only differences between readings of the clock matter. Readings may be negative, overflow,
 *       and come a little out of order from several threads.
 *   <li>Windows share nothing.
 *   <li>Threads may share a window; no result is lost. {@code record} does not block and does not
 *       allocate.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class FailureWindowContract {
  private static final long ORIGIN = 7_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final int RESULTS = 3_000;
  private static final int RESULTS_PER_ROUND = 8;

  /** Every test is given windows made by {@link #window}. */
  protected FailureWindowContract() {}

  /**
   * Makes a window that has heard nothing yet.
   *
   * @param nowNanos the reading of the clock at which it begins
   * @return the window under test
   */
  protected abstract FailureWindow window(long nowNanos);

  /**
   * Returns after how many results in a row that failed and were slow, at one moment, the breaker
   * must open at the latest.
   *
   * @return 1 or more; 1,000 unless overridden
   */
  protected int enough() {
    return 1_000;
  }

  private FailureWindow window() {
    return window(ORIGIN);
  }

  private static boolean asksForTime(FailureWindow window) {
    return (window.needs() & Gate.TIME_AT_EXIT) != 0;
  }

  /** A history by seed: bursts and pauses, good and bad stretches. */
  private static final class History {
    private final Random random;
    private double bad = 0.1;
    long now;

    History(long seed) {
      this(seed, ORIGIN);
    }

    History(long seed, long origin) {
      random = new Random(seed);
      now = origin;
    }

    boolean next(FailureWindow window) {
      if (random.nextInt(50) == 0) {
        bad = random.nextDouble();
        now += random.nextInt(4) * 20 * SECOND;
      }
      now += random.nextInt(100_000_000);
      return window.record(now, random.nextDouble() < bad, random.nextDouble() < bad / 2);
    }
  }

  @Test
  void needs_always_isConstantAndNothingButTheTimeAtExit() {
    FailureWindow window = window();
    int before = window.needs();
    window.record(ORIGIN, true, true);

    assertThat(before & ~Gate.TIME_AT_EXIT)
        .as("a window needs no time but that at the exit (other bits)")
        .isZero();
    assertThat(window.needs()).as("the needs of a window are constant").isEqualTo(before);
  }

  @Test
  void counts_fresh_areZero() {
    FailureWindow window = window();

    String duty = "a new window has counted nothing";
    assertThat(window.recorded()).as(duty).isZero();
    assertThat(window.calls(ORIGIN)).as(duty).isZero();
    assertThat(window.failures(ORIGIN)).as(duty).isZero();
    assertThat(window.slowCalls(ORIGIN)).as(duty).isZero();
  }

  @Test
  void record_onlySuccesses_neverOpens() {
    FailureWindow window = window();
    for (int i = 0; i < RESULTS; i++) {
      assertThat(window.record(ORIGIN + i * SECOND / 10, false, false))
          .as("successes alone never open the breaker (result %s)", i)
          .isFalse();
    }

    long now = ORIGIN + RESULTS * SECOND / 10;
    assertThat(window.failures(now)).as("a success is no failure").isZero();
    assertThat(window.slowCalls(now)).as("a quick call is not slow").isZero();
  }

  @Test
  void record_onlyBadResults_opensInTheEnd() {
    FailureWindow window = window();
    boolean open = false;
    for (int i = 0; i < enough() && !open; i++) {
      open = window.record(ORIGIN, true, true);
    }

    assertThat(open).as("%s bad results in a row open the breaker", enough()).isTrue();
    assertThat(window.failures(ORIGIN) + window.slowCalls(ORIGIN))
        .as("a window that opens the breaker counts the bad results that made it")
        .isPositive();
  }

  @Test
  void counts_onlySlowOrOnlyFailed_areKeptApart() {
    FailureWindow slow = window();
    FailureWindow failed = window();
    for (int i = 0; i < 200; i++) {
      slow.record(ORIGIN, false, true);
      failed.record(ORIGIN, true, false);
    }

    assertThat(slow.failures(ORIGIN)).as("a call that was only slow is no failure").isZero();
    assertThat(failed.slowCalls(ORIGIN)).as("a call that only failed is not slow").isZero();
  }

  @Test
  void record_anyOrigin_decidesTheSame() {
    for (long origin : new long[] {0, -5 * SECOND, Long.MAX_VALUE - 30 * SECOND, Long.MIN_VALUE}) {
      FailureWindow here = window(ORIGIN);
      FailureWindow there = window(origin);
      History one = new History(5, ORIGIN);
      History other = new History(5, origin);
      for (int i = 0; i < RESULTS; i++) {
        String duty =
            "only differences between readings of the clock matter (origin %s, result %s)"
                .formatted(origin, i);
        assertThat(other.next(there)).as(duty).isEqualTo(one.next(here));
        assertThat(there.calls(other.now)).as(duty).isEqualTo(here.calls(one.now));
        assertThat(there.failures(other.now)).as(duty).isEqualTo(here.failures(one.now));
      }
    }
  }

  @Test
  void record_readingsOutOfOrder_isTakenWithoutThrowing() {
    FailureWindow window = window();
    Random random = new Random(6);
    for (int i = 1; i <= RESULTS; i++) {
      long now = ORIGIN + i * SECOND / 100;
      window.record(now - random.nextInt(50_000_000), random.nextInt(10) == 0, false);
      String duty = "readings of several threads may come a little out of order (result " + i + ")";
      assertThat(window.recorded()).as(duty).isEqualTo(i);
      assertThat(window.failures(now)).as(duty).isBetween(0L, window.calls(now));
    }
  }

  @Test
  void record_anyResult_doesNotBlock() {
    FailureWindow window = window();

    Threads.doesNotWait("a window does not block", () -> window.record(ORIGIN, true, true));
    Threads.doesNotWait("a window does not block", () -> window.calls(ORIGIN));
  }

  @Test
  void recorded_anyHistory_countsEveryResultAndForgetsNone() {
    FailureWindow window = window();
    History history = new History(1);
    for (int i = 1; i <= RESULTS; i++) {
      history.next(window);
      assertThat(window.recorded()).as("recorded counts every result").isEqualTo(i);
    }
    window.calls(history.now + 1_000 * SECOND);

    assertThat(window.recorded())
        .as("recorded counts results that have left the window too")
        .isEqualTo(RESULTS);
  }

  @Test
  void counts_anyHistory_stayWithinTheCalls() {
    for (long seed = 0; seed < 5; seed++) {
      FailureWindow window = window();
      History history = new History(seed);
      for (int i = 0; i < RESULTS; i++) {
        history.next(window);
        long calls = window.calls(history.now);
        assertThat(calls)
            .as("the calls of a window are among those recorded")
            .isBetween(0L, window.recorded());
        assertThat(window.failures(history.now))
            .as("failures are counted among the calls of the window")
            .isBetween(0L, calls);
        assertThat(window.slowCalls(history.now))
            .as("slow calls are counted among the calls of the window")
            .isBetween(0L, calls);
      }
    }
  }

  @Test
  void counts_read_changeNothing() {
    FailureWindow watched = window();
    FailureWindow alone = window();
    History one = new History(2);
    History other = new History(2);
    for (int i = 0; i < RESULTS; i++) {
      boolean open = one.next(watched);
      long calls = watched.calls(one.now);
      watched.failures(one.now);
      watched.slowCalls(one.now);
      watched.recorded();

      assertThat(watched.calls(one.now))
          .as("reading the counts changes nothing (result %s)", i)
          .isEqualTo(calls);
      assertThat(open)
          .as("reading the counts changes no decision (result %s)", i)
          .isEqualTo(other.next(alone));
    }
  }

  @Test
  void record_timeNotAskedFor_isNotLookedAt() {
    FailureWindow window = window();
    FailureWindow misled = window();
    History history = new History(3);
    Random nonsense = new Random(4);
    if (asksForTime(window)) {
      return;
    }
    for (int i = 0; i < RESULTS; i++) {
      boolean failed = history.random.nextInt(4) == 0;
      boolean slow = history.random.nextInt(4) == 0;

      boolean open = window.record(ORIGIN, failed, slow);

      String duty = "a window does not read a time that it did not ask for";
      assertThat(misled.record(nonsense.nextLong(), failed, slow)).as(duty).isEqualTo(open);
      assertThat(misled.calls(ORIGIN)).as(duty).isEqualTo(window.calls(ORIGIN));
    }
  }

  @Test
  void window_twoOfThem_knowNothingOfEachOther() {
    FailureWindow one = window();
    FailureWindow other = window();
    for (int i = 0; i < enough(); i++) {
      one.record(ORIGIN, true, true);
    }

    String duty = "windows share nothing";
    assertThat(other.recorded()).as(duty).isZero();
    assertThat(other.calls(ORIGIN)).as(duty).isZero();
    assertThat(window().failures(ORIGIN)).as(duty).isZero();
    assertThat(window().record(ORIGIN, false, false)).as(duty).isFalse();
  }

  @Test
  void record_fromManyThreads_losesNothingAndNeverFalls() {
    FailureWindow window = window();
    AtomicLong latest = new AtomicLong(ORIGIN);
    AtomicInteger falls = new AtomicInteger();
    long rounds =
        Threads.together(
            "threads may share a window",
            (thread, round) -> {
              long now = latest.addAndGet(1_000);
              long before = window.recorded();
              for (int i = 0; i < RESULTS_PER_ROUND; i++) {
                window.record(now, round % 7 == thread, round % 11 == i);
              }
              if (window.recorded() < before + RESULTS_PER_ROUND) {
                falls.incrementAndGet();
              }
            });
    long now = latest.get();
    long recorded = rounds * RESULTS_PER_ROUND;

    assertThat(falls)
        .as("no result is lost when threads share a window: recorded never falls (falls)")
        .hasValue(0);
    assertThat(window.recorded())
        .as("no result is lost when threads share a window")
        .isEqualTo(recorded);
    long calls = window.calls(now);
    assertThat(calls)
        .as("the calls of a window are among those recorded, on whatever thread")
        .isBetween(0L, recorded);
    assertThat(window.failures(now))
        .as("failures are counted among the calls of the window, on whatever thread")
        .isBetween(0L, calls);
  }

  @Test
  void record_warm_allocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    FailureWindow window = window();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        window.record(ORIGIN + round * SECOND, i % 10 == 0, i % 20 == 0);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(least)
        .as("a window that is warm does not allocate (bytes for 1,000 results)")
        .isLessThan(1_000);
  }
}
