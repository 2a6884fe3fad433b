// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tenfold.resilience.FailureWindow;
import dev.tenfold.resilience.Gate;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What every {@link FailureWindow} must keep. Extend it and return a fresh window; override {@link
 * #enough} if it takes more to open the breaker.
 */
public abstract class FailureWindowContract {
  private static final long ORIGIN = 7_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final int RESULTS = 3_000;

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
    long now = ORIGIN;

    History(long seed) {
      random = new Random(seed);
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

    assertThat(before & ~Gate.TIME_AT_EXIT).isZero();
    assertThat(window.needs()).isEqualTo(before);
  }

  @Test
  void counts_fresh_areZero() {
    FailureWindow window = window();

    assertThat(window.recorded()).isZero();
    assertThat(window.calls(ORIGIN)).isZero();
    assertThat(window.failures(ORIGIN)).isZero();
    assertThat(window.slowCalls(ORIGIN)).isZero();
  }

  @Test
  void record_onlySuccesses_neverOpens() {
    FailureWindow window = window();
    for (int i = 0; i < RESULTS; i++) {
      assertThat(window.record(ORIGIN + i * SECOND / 10, false, false))
          .as("result %d", i)
          .isFalse();
    }

    assertThat(window.failures(ORIGIN + RESULTS * SECOND / 10)).isZero();
    assertThat(window.slowCalls(ORIGIN + RESULTS * SECOND / 10)).isZero();
  }

  @Test
  void record_onlyBadResults_opensInTheEnd() {
    FailureWindow window = window();
    boolean open = false;
    for (int i = 0; i < enough() && !open; i++) {
      open = window.record(ORIGIN, true, true);
    }

    assertThat(open).as("after %d bad results", enough()).isTrue();
  }

  @Test
  void recorded_anyHistory_countsEveryResultAndForgetsNone() {
    FailureWindow window = window();
    History history = new History(1);
    for (int i = 1; i <= RESULTS; i++) {
      history.next(window);
      assertThat(window.recorded()).isEqualTo(i);
    }
    window.calls(history.now + 1_000 * SECOND);

    assertThat(window.recorded()).isEqualTo(RESULTS);
  }

  @Test
  void counts_anyHistory_stayWithinTheCalls() {
    for (long seed = 0; seed < 5; seed++) {
      FailureWindow window = window();
      History history = new History(seed);
      for (int i = 0; i < RESULTS; i++) {
        history.next(window);
        long calls = window.calls(history.now);
        assertThat(calls).isBetween(0L, window.recorded());
        assertThat(window.failures(history.now)).isBetween(0L, calls);
        assertThat(window.slowCalls(history.now)).isBetween(0L, calls);
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

      assertThat(watched.calls(one.now)).isEqualTo(calls);
      assertThat(open).as("result %d", i).isEqualTo(other.next(alone));
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

      assertThat(misled.record(nonsense.nextLong(), failed, slow)).isEqualTo(open);
      assertThat(misled.calls(ORIGIN)).isEqualTo(window.calls(ORIGIN));
    }
  }

  @Test
  void window_twoOfThem_knowNothingOfEachOther() {
    FailureWindow one = window();
    FailureWindow other = window();
    for (int i = 0; i < enough(); i++) {
      one.record(ORIGIN, true, true);
    }

    assertThat(other.recorded()).isZero();
    assertThat(other.calls(ORIGIN)).isZero();
    assertThat(window().failures(ORIGIN)).isZero();
    assertThat(window().record(ORIGIN, false, false)).isFalse();
  }

  @Test
  void record_fromManyThreads_losesNothingAndNeverFalls() throws Exception {
    FailureWindow window = window();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      int number = t;
      threads.add(
          new Thread(() -> {
            for (int i = 0; i < 20_000; i++) {
              window.record(ORIGIN + i * SECOND / 1_000, i % 7 == number, i % 11 == number);
            }
          }));
    }
    for (Thread thread : threads) {
      thread.setUncaughtExceptionHandler((of, error) -> thrown.set(error));
      thread.start();
    }
    long least = 0;
    while (least < 30_000 && threads.stream().anyMatch(Thread::isAlive)) {
      long now = window.recorded();
      assertThat(now).isGreaterThanOrEqualTo(least);
      least = now;
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(thrown.get()).isNull();
    assertThat(window.recorded()).isEqualTo(60_000);
    long calls = window.calls(ORIGIN + 20 * SECOND);
    assertThat(calls).isBetween(0L, 60_000L);
    assertThat(window.failures(ORIGIN + 20 * SECOND)).isBetween(0L, calls);
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

    assertThat(least).as("bytes of 1,000 results").isLessThan(1_000);
  }
}
