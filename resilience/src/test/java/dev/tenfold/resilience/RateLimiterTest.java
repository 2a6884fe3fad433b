// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimiterTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration TEN_MILLIS = Duration.ofMillis(10);

  private final ManualTimeSource time = new ManualTimeSource();

  /** 100 per second. */
  private RateLimiter.Builder limiter() {
    return RateLimiter.builder("limiter", 100, SECOND).timeSource(time);
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("pipeline", policies).executor(Runnable::run).build();
  }

  private long enter(RateLimiter limiter) {
    return limiter.enter(time.nanoTime());
  }

  @Test
  void enter_fresh_admitsTheBurstAtOnce() {
    RateLimiter limiter = limiter().burst(3).build();

    assertThat(List.of(enter(limiter), enter(limiter), enter(limiter))).containsOnly(0L);
    assertThat(enter(limiter)).isEqualTo(Gate.REFUSED);
    assertThat(limiter.refused()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "12345678", "999999999999999"})
  void enter_emptied_admitsOneAfterItsShareOfTime(long start) {
    time.advance(Duration.ofNanos(start));
    RateLimiter limiter = limiter().burst(1).build();
    time.advance(Duration.ofNanos(start / 3));
    assertThat(enter(limiter)).isZero();
    for (int i = 0; i < 1_000; i++) {
      time.advance(TEN_MILLIS.minusNanos(1));
      assertThat(enter(limiter)).as("a nanosecond early, %s", i).isEqualTo(Gate.REFUSED);
      time.advance(Duration.ofNanos(1));
      assertThat(enter(limiter)).as("in time, %s", i).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, 1000000000",
    "999999937, 1000000000",
    "1, 86400000000000",
    "7, 11",
    "1000000000, 1000000000"
  })
  void enter_asOftenAsPossible_followsTheRateExactly(int permits, long perNanos) {
    RateLimiter limiter =
        RateLimiter.builder("limiter", permits, Duration.ofNanos(perNanos))
            .burst(2)
            .timeSource(time)
            .build();
    int admitted = 0;
    while (admitted < 20_000) {
      long wait = limiter.retryAfterNanos(time.nanoTime());
      time.advance(Duration.ofNanos(wait));
      assertThat(enter(limiter)).isZero();
      admitted++;
    }
    double exact = (admitted - 2) * ((double) perNanos / permits);

    assertThat(time.nanoTime()).isBetween((long) exact - 1, (long) exact + 1);
  }

  @Test
  void enter_afterALongPause_hasSavedTheBurstOnly() {
    RateLimiter limiter = limiter().burst(5).build();
    time.advance(Duration.ofDays(3_650));
    int admitted = 0;
    while (enter(limiter) == 0) {
      admitted++;
    }

    assertThat(admitted).isEqualTo(5);
  }

  @Test
  void burst_byDefault_isWhatASecondGives() {
    assertThat(limiter().build().burst()).isEqualTo(100);
    assertThat(RateLimiter.builder("slow", 5, Duration.ofMinutes(1)).build().burst()).isEqualTo(1);
    assertThat(RateLimiter.builder("fast", 1, Duration.ofNanos(1)).build().burst())
        .isEqualTo(1_000_000_000);
  }

  @Test
  void retryAfterNanos_refused_isWhenTheNextIsAdmitted() {
    RateLimiter limiter = limiter().burst(1).build();
    assertThat(limiter.retryAfterNanos(time.nanoTime())).isZero();
    enter(limiter);
    time.advance(Duration.ofMillis(3));

    assertThat(limiter.retryAfterNanos(time.nanoTime())).isEqualTo(7_000_000);
    assertThat(Refusal.afterNanos(limiter.admit(time.nanoTime()))).isEqualTo(7_000_000);
    assertThat(limiter.weighing(1).retryAfterNanos(time.nanoTime())).isEqualTo(7_000_000);
  }

  @Test
  void admit_maxWait_reservesUpToIt() {
    RateLimiter limiter = limiter().burst(1).maxWait(Duration.ofMillis(20)).build();
    List<Long> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(limiter.admit(time.nanoTime()));
    }

    assertThat(answers)
        .containsExactly(
            0L, -10_000_000L, -20_000_000L, Refusal.of(RefusalKind.WAIT_TOO_LONG, 10_000_000));
    assertThat(limiter.waited()).isEqualTo(2);
    assertThat(limiter.refused()).isEqualTo(1);
    assertThat(limiter.retryAfterNanos(time.nanoTime())).isEqualTo(10_000_000);
    assertThat(limiter.available()).isZero();
  }

  @Test
  void weighing_heavyCalls_shareTheRate() {
    RateLimiter limiter = limiter().burst(10).build();
    RateLimiter heavy = limiter.weighing(4);

    assertThat(enter(heavy)).isZero();
    assertThat(enter(heavy)).isZero();
    assertThat(limiter.available()).isEqualTo(2);
    assertThat(enter(heavy)).isEqualTo(Gate.REFUSED);
    assertThat(heavy.retryAfterNanos(time.nanoTime())).isEqualTo(20_000_000);
    assertThat(enter(limiter)).isZero();
    assertThat(limiter.refused()).isEqualTo(1);
    assertThat(heavy).hasToString("RateLimiter[limiter, 1 of 10, 4 each]");
    assertThat(limiter).hasToString("RateLimiter[limiter, 1 of 10]");
  }

  @Test
  void tryAcquire_severalPermits_takesAllOrNone() {
    RateLimiter limiter = limiter().burst(10).maxWait(SECOND).build();

    assertThat(limiter.tryAcquire(7)).isTrue();
    assertThat(limiter.tryAcquire(4)).isFalse();
    assertThat(limiter.tryAcquire(3)).isTrue();
    assertThat(limiter.available()).isZero();
  }

  @Test
  void reserve_permits_saysHowLongToWait() {
    RateLimiter limiter = limiter().burst(10).maxWait(Duration.ofMillis(50)).build();

    assertThat(limiter.reserve(10)).contains(Duration.ZERO);
    assertThat(limiter.reserve(5)).contains(Duration.ofMillis(50));
    assertThat(limiter.reserve(1)).isEqualTo(Optional.empty());
    time.advance(TEN_MILLIS);
    assertThat(limiter.reserve(1)).contains(Duration.ofMillis(50));
  }

  @Test
  void handBack_lastReservation_isAsIfItHadNeverBeen() {
    RateLimiter limiter = limiter().burst(1).maxWait(SECOND).build();
    enter(limiter);
    long first = limiter.admit(0);
    time.advance(Duration.ofMillis(4));
    long second = limiter.admit(time.nanoTime());
    time.advance(Duration.ofMillis(3));
    limiter.handBack(second, 4_000_000);

    assertThat(limiter.admit(time.nanoTime())).isEqualTo(-13_000_000);
    limiter.handBack(-13_000_000, time.nanoTime());
    limiter.handBack(first, 0);
    assertThat(limiter.admit(time.nanoTime())).isEqualTo(-3_000_000);
  }

  @Test
  void handBack_somebodyBehind_leavesTheGap() {
    RateLimiter limiter = limiter().burst(1).maxWait(SECOND).build();
    enter(limiter);
    long first = limiter.admit(0);
    limiter.admit(0);
    limiter.handBack(first, 0);

    assertThat(limiter.admit(0)).isEqualTo(-30_000_000);
  }

  @Test
  void exit_abandonedPermit_staysSpent() {
    RateLimiter limiter = limiter().burst(2).build();
    limiter.exit(enter(limiter), 0, 0, Verdict.ABANDONED);

    assertThat(limiter.available()).isEqualTo(1);
  }

  @Test
  void available_overTime_risesToTheBurst() {
    RateLimiter limiter = limiter().burst(10).build();
    assertThat(limiter.tryAcquire(10)).isTrue();
    List<Integer> seen = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      time.advance(Duration.ofMillis(45));
      seen.add(limiter.available());
    }

    assertThat(seen).containsExactly(4, 9, 10, 10);
  }

  @Test
  void call_tooEarly_isRefusedWithTheTimeToWait() {
    Pipeline pipeline = pipeline(limiter().burst(1).build());
    pipeline.call(() -> "first");

    assertThatThrownBy(() -> pipeline.call(() -> "second"))
        .isInstanceOfSatisfying(
            RejectedException.class,
            refusal -> {
              assertThat(refusal.policy()).isEqualTo("limiter");
              assertThat(refusal.retryAfter()).contains(TEN_MILLIS);
            })
        .hasMessageContaining("limiter: the rate limit is exceeded");
    time.advance(TEN_MILLIS);
    assertThat(pipeline.call(() -> "third")).isEqualTo("third");
  }

  @Test
  void call_maxWait_sleepsUntilItsTurn() {
    ManualTimeSource moving = ManualTimeSource.autoAdvancing();
    RateLimiter limiter = limiter().timeSource(moving).burst(1).maxWait(SECOND).build();
    Pipeline pipeline = pipeline(limiter);
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      times.add(pipeline.call(moving::nanoTime));
    }

    assertThat(times).containsExactly(0L, 10_000_000L, 20_000_000L, 30_000_000L);
  }

  @Test
  void callAsync_maxWait_waitsWithoutAThread() {
    Pipeline pipeline = pipeline(limiter().burst(1).maxWait(SECOND).build());
    pipeline.tryCall(() -> "first");
    AtomicInteger calls = new AtomicInteger();
    var future =
        pipeline.callAsync(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
    time.advance(TEN_MILLIS.minusNanos(1));
    assertThat(calls).hasValue(0);
    time.advance(Duration.ofNanos(1));

    assertThat(future).isCompletedWithValue(1);
  }

  @Test
  void call_deadlineBeforeItsTurn_isRefusedAtOnceAndHandsBack() {
    RateLimiter limiter = limiter().burst(1).maxWait(SECOND).build();
    Pipeline pipeline = pipeline(limiter);
    pipeline.call(() -> "first");
    for (int i = 0; i < 5; i++) {
      try (Ambient.Scope scope = Deadline.after(Duration.ofMillis(9), time).open()) {
        assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Rejected.class);
        assertThat(pipeline.callAsync(() -> CompletableFuture.completedFuture("never")))
            .isCompletedExceptionally();
      }
    }

    assertThat(limiter.admit(0)).isEqualTo(-10_000_000L);
  }

  @Test
  void call_interruptedWhileItWaits_handsBack() {
    RateLimiter limiter = limiter().burst(1).maxWait(SECOND).build();
    Pipeline pipeline = pipeline(limiter);
    pipeline.call(() -> "first");
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> pipeline.call(() -> "never"))
        .isInstanceOf(CallInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(limiter.admit(0)).isEqualTo(-10_000_000L);
  }

  @Test
  void callAsync_cancelledWhileItWaits_handsBackUnlessSomebodyIsBehind() {
    RateLimiter limiter = limiter().burst(1).maxWait(SECOND).build();
    Pipeline pipeline = pipeline(limiter);
    pipeline.call(() -> "first");
    var early = pipeline.callAsync(() -> CompletableFuture.completedFuture("at 10"));
    var late = pipeline.callAsync(() -> CompletableFuture.completedFuture("at 20"));
    time.advance(Duration.ofMillis(5));

    early.cancel(true);
    assertThat(limiter.retryAfterNanos(time.nanoTime())).isZero();
    assertThat(limiter.weighing(1).admit(time.nanoTime())).isEqualTo(-25_000_000L);
    limiter.handBack(-25_000_000L, time.nanoTime());
    late.cancel(true);
    assertThat(limiter.admit(time.nanoTime())).isEqualTo(-15_000_000L);
    assertThat(time.pending()).isZero();
  }

  @Test
  void enter_clockThatOverflowsOrFallsBehind_keepsTheRate() {
    var started = new ArrayList<Long>();
    long start = Long.MAX_VALUE - 25_000_000;
    TimeSource standing =
        new DelegatingTimeSource(time) {
          @Override
          public long nanoTime() {
            return start;
          }
        };
    RateLimiter limiter = limiter().burst(1).timeSource(standing).build();
    for (int i = 0; i < 100; i++) {
      long now = start + i * 1_000_000L;
      if (limiter.enter(now) == 0) {
        started.add(now - start);
      }
      assertThat(limiter.enter(now - 5_000_000)).as("read before").isEqualTo(Gate.REFUSED);
    }

    assertThat(started)
        .containsExactly(
            0L,
            10_000_000L,
            20_000_000L,
            30_000_000L,
            40_000_000L,
            50_000_000L,
            60_000_000L,
            70_000_000L,
            80_000_000L,
            90_000_000L);
  }

  @Test
  void enter_fromManyThreads_admitsExactlyWhatIsThere() throws InterruptedException {
    RateLimiter limiter = limiter().burst(4_000_000).build();
    RateLimiter heavy = limiter.weighing(3);
    AtomicInteger weight = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      RateLimiter mine = t % 2 == 0 ? limiter : heavy;
      int each = t % 2 == 0 ? 1 : 3;
      threads.add(
          new Thread(() -> {
            try {
              go.await();
            } catch (InterruptedException interrupt) {
              return;
            }
            int taken = 0;
            for (int i = 0; i < 1_000_000; i++) {
              taken += mine.enter(0) == 0 ? each : 0;
            }
            weight.addAndGet(taken);
          }));
    }
    threads.forEach(Thread::start);
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    while (enter(limiter) == 0) {
      weight.incrementAndGet();
    }

    assertThat(weight).hasValue(4_000_000);
  }

  @Test
  void builder_badInput_isRefusedByName() {
    refused("name", () -> RateLimiter.builder("", 1, SECOND));
    refused("is 0; it must be at least 1", () -> RateLimiter.builder("x", 0, SECOND));
    refused("is -5; it must be at least 1", () -> RateLimiter.builder("x", -5, SECOND));
    refused("is PT0S; it must be more than 0", () -> RateLimiter.builder("x", 1, Duration.ZERO));
    refused("PT-1S", () -> RateLimiter.builder("x", 1, SECOND.negated()));
    refused("is more than", () -> RateLimiter.builder("x", 1, Duration.ofDays(36_500)));
    refused("is more than", () -> RateLimiter.builder("x", 1, Duration.ofSeconds(Long.MAX_VALUE)));
    refused(
        "1001 per PT0.000001S is more than one permit per nanosecond",
        () -> RateLimiter.builder("x", 1_001, Duration.ofNanos(1_000)));
    refused("burst is 0; it must be at least 1", () -> limiter().burst(0));
    refused("burst is -1", () -> limiter().burst(-1));
    refused(
        "burst of rate limiter \"x\" with 1 per PT24H is 2147483647; it must be from 1 to 13343",
        () -> RateLimiter.builder("x", 1, Duration.ofDays(1)).burst(Integer.MAX_VALUE).build());
    refused("maxWait is PT-1S", () -> limiter().maxWait(SECOND.negated()));
    RateLimiter limiter = limiter().burst(10).build();
    refused("is 11; it must be from 1 to 10", () -> limiter.weighing(11));
    refused("is 0; it must be from 1 to 10", () -> limiter.weighing(0));
    refused("is 11; it must be from 1 to 10", () -> limiter.tryAcquire(11));
    refused("is -1; it must be from 1 to 10", () -> limiter.reserve(-1));
  }

  private static void refused(String message, ThrowingCallable input) {
    assertThatIllegalArgumentException().isThrownBy(input).withMessageContaining(message);
  }

  @Test
  void maxWait_forEver_doesNotOverflow() {
    RateLimiter limiter =
        RateLimiter.builder("x", 1, Duration.ofDays(365 * 36))
            .maxWait(Duration.ofSeconds(Long.MAX_VALUE))
            .timeSource(time)
            .build();
    List<Long> answers = List.of(enter(limiter), enter(limiter), enter(limiter));

    long period = Duration.ofDays(365 * 36).toNanos();
    assertThat(answers).containsExactly(0L, -period, Gate.REFUSED);
  }

  @Test
  void tryCall_refusedFurtherIn_spendsThePermit() {
    RateLimiter limiter = limiter().burst(5).build();
    Pipeline pipeline = pipeline(limiter, new TestGate("closed", Gate.REFUSED));

    assertThat(pipeline.tryCall(() -> "never")).isInstanceOf(Outcome.Rejected.class);
    assertThat(limiter.available()).isEqualTo(4);
  }
}
