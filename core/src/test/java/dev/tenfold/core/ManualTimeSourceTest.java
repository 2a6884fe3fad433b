// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class ManualTimeSourceTest {
  private static final Executor DIRECT = Runnable::run;

  private final ManualTimeSource time = new ManualTimeSource();
  private final List<String> fired = new ArrayList<>();

  private TimeSource.Timer schedule(long delayNanos, String name) {
    return time.schedule(delayNanos, DIRECT, () -> fired.add(name + "@" + time.nanoTime()));
  }

  private void advance(long nanos) {
    time.advance(Duration.ofNanos(nanos));
  }

  @Test
  void advance_nothingScheduled_movesTheClock() {
    advance(5);
    advance(0);

    assertThat(time.nanoTime()).isEqualTo(5);
  }

  @Test
  void advance_severalDue_firesInOrderOfTimeThenOfScheduling() {
    schedule(30, "c");
    schedule(10, "a");
    schedule(30, "d");
    schedule(20, "b");
    schedule(31, "later");
    advance(30);

    assertThat(fired).containsExactly("a@10", "b@20", "c@30", "d@30");
    assertThat(time.nanoTime()).isEqualTo(30);
    assertThat(time.pending()).isEqualTo(1);
  }

  @Test
  void scheduleAt_reading_firesThen() {
    advance(100);
    time.scheduleAt(130, DIRECT, () -> fired.add("at@" + time.nanoTime()));
    schedule(20, "after");
    time.scheduleAt(70, DIRECT, () -> fired.add("past@" + time.nanoTime()));
    assertThat(fired).isEmpty();
    advance(30);

    assertThat(fired).containsExactly("past@100", "after@120", "at@130");
  }

  @Test
  void scheduleAt_readingThatOverflowed_isTheFuture() {
    advance(100);
    TimeSource.Timer timer = time.scheduleAt(Long.MIN_VALUE + 10, DIRECT, () -> fired.add("never"));
    time.advance(Duration.ofDays(36_500));

    assertThat(fired).isEmpty();
    assertThat(timer.cancel()).isTrue();
  }

  @Test
  void advance_delayOfZeroOrLess_isDueAtOnceButNotBeforeAnAdvance() {
    schedule(0, "zero");
    schedule(-5, "negative");
    assertThat(fired).isEmpty();
    advance(0);

    assertThat(fired).containsExactly("zero@0", "negative@0");
  }

  @Test
  void advance_taskSchedulesAgain_firesInTheSameAdvanceIfDue() {
    time.schedule(
        10,
        DIRECT,
        () -> {
          schedule(5, "inner");
          schedule(100, "outside");
        });
    advance(20);

    assertThat(fired).containsExactly("inner@15");
    assertThat(time.nanoTime()).isEqualTo(20);
  }

  @Test
  void advance_taskThrows_firesTheRestAndThrowsTheFirstFailure() {
    var first = new IllegalStateException("first");
    var second = new AssertionError("second");
    time.schedule(
        10,
        DIRECT,
        () -> {
          throw first;
        });
    time.schedule(
        11,
        DIRECT,
        () -> {
          throw second;
        });
    schedule(12, "after");

    assertThatThrownBy(() -> advance(20)).isSameAs(first).hasSuppressedException(second);
    assertThat(fired).containsExactly("after@12");
    assertThat(time.nanoTime()).isEqualTo(20);
    advance(1);
    assertThat(time.nanoTime()).isEqualTo(21);
  }

  @Test
  void advance_executorRefuses_firesTheRestAndThrows() {
    time.schedule(
        10,
        task -> {
          throw new RejectedExecutionException("full");
        },
        () -> {});
    schedule(12, "after");

    assertThatThrownBy(() -> advance(20)).isInstanceOf(RejectedExecutionException.class);
    assertThat(fired).containsExactly("after@12");
    assertThat(time.pending()).isZero();
  }

  @Test
  void advance_fromWithinATask_isRefused() {
    var refused = new AtomicReference<Throwable>();
    time.schedule(1, DIRECT, () -> refused.set(catchThrowable(() -> advance(1))));
    advance(2);

    assertThat(refused.get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("within a task");
    assertThat(time.nanoTime()).isEqualTo(2);
  }

  @Test
  void advance_backwardsOrBeyondTheEnd_isRefused() {
    advance(5);

    assertThatIllegalArgumentException().isThrownBy(() -> advance(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> advance(Long.MAX_VALUE - 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> time.advance(Duration.ofSeconds(Long.MAX_VALUE)))
        .withMessageContaining("from 5 ns");
    advance(Long.MAX_VALUE - 5);
    assertThat(time.nanoTime()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void cancel_pending_preventsAndForgets() {
    TimeSource.Timer timer = schedule(10, "cancelled");
    assertThat(time.pending()).isEqualTo(1);

    assertThat(timer.cancel()).isTrue();
    assertThat(timer.cancel()).isFalse();
    assertThat(time.pending()).isZero();
    advance(20);
    assertThat(fired).isEmpty();
  }

  @Test
  void cancel_afterOrWithinTheHandOver_isFalse() {
    var answers = new ArrayList<Boolean>();
    var timer = new AtomicReference<TimeSource.Timer>();
    timer.set(time.schedule(10, DIRECT, () -> answers.add(timer.get().cancel())));
    advance(10);
    answers.add(timer.get().cancel());

    assertThat(answers).containsExactly(false, false);
  }

  @Test
  void cancel_byAnEarlierTask_prevents() {
    TimeSource.Timer later = schedule(20, "later");
    time.schedule(10, DIRECT, later::cancel);
    advance(30);

    assertThat(fired).isEmpty();
  }

  @Test
  void sleep_otherThread_wakesExactlyWhenTheTimeHasPassed() throws InterruptedException {
    var sleeper = sleeper(100);
    time.awaitWaiters(1);
    advance(99);
    assertThat(time.pending()).isEqualTo(1);
    advance(1);
    sleeper.join();

    assertThat(fired).containsExactly("woken@100");
    assertThat(time.pending()).isZero();
  }

  private Thread sleeper(long... naps) {
    var thread =
        new Thread(() -> {
          try {
            for (long nap : naps) {
              time.sleep(nap);
              fired.add("woken@" + time.nanoTime());
            }
          } catch (InterruptedException interrupted) {
            fired.add("interrupted");
          }
        });
    thread.start();
    return thread;
  }

  @Test
  void sleep_unparkedByAnother_sleepsOn() throws InterruptedException {
    var sleeper = sleeper(100);
    time.awaitWaiters(1);
    LockSupport.unpark(sleeper);
    advance(50);
    advance(50);
    sleeper.join();

    assertThat(fired).containsExactly("woken@100");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void sleep_clockAdvancesBeforeTheThreadParks_isNotLate(int step) throws InterruptedException {
    Runnable sleep = () -> fired.add(catchThrowable(() -> time.sleep(10)) + "@" + time.nanoTime());
    var sleeper =
        new Thread(sleep) {
          private int steps;

          @Override
          public boolean isInterrupted() { // asked on the way from reading the clock to parking
            if (++steps == step) {
              advance(10);
            }
            return super.isInterrupted();
          }
        };
    sleeper.start();
    sleeper.join();

    assertThat(fired).containsExactly("null@10");
    assertThat(time.pending()).isZero();
  }

  @Test
  void sleep_interrupted_throwsAndLeavesNothingBehind() throws InterruptedException {
    var sleeper = sleeper(100);
    time.awaitWaiters(1);
    sleeper.interrupt();
    sleeper.join();

    assertThat(fired).containsExactly("interrupted");
    assertThat(time.pending()).isZero();
  }

  @Test
  void sleep_alreadyInterrupted_throwsAndClearsTheFlag() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> time.sleep(0)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void awaitWaiters_afterAWake_waitsForTheNextSleep() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      fired.clear();
      long start = time.nanoTime();
      var sleeper = sleeper(10, 10, 10);
      for (int nap = 0; nap < 3; nap++) {
        time.awaitWaiters(1); // counts the nap at hand, never the one before
        advance(10);
      }
      sleeper.join();

      assertThat(fired)
          .containsExactly(
              "woken@" + (start + 10), "woken@" + (start + 20), "woken@" + (start + 30));
    }
  }

  @Test
  void awaitWaiters_timersDoNotCount() throws InterruptedException {
    schedule(10, "timer");
    var reached = new CountDownLatch(1);
    var watcher =
        new Thread(() -> {
          try {
            time.awaitWaiters(1);
            reached.countDown();
          } catch (InterruptedException interrupted) {
            fired.add("watcher interrupted");
          }
        });
    watcher.start();
    assertThat(reached.getCount()).isEqualTo(1);
    var sleeper = sleeper(1);
    reached.await();
    advance(1);
    sleeper.join();
    watcher.join();

    assertThat(fired).containsExactly("woken@1");
  }

  @Test
  void parkNanos_zeroOrInterrupted_returnsAtOnce() {
    time.parkNanos(this, 0);
    time.parkNanos(this, -1);
    Thread.currentThread().interrupt();
    time.parkNanos(this, 10);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(time.pending()).isZero();
  }

  /** A lost unpark leaves the parker parked for ever, and the test runs into its time limit. */
  @Test
  void parkNanos_unparkedWhileOtherThreadsUseTheSource_returns() throws InterruptedException {
    int rounds = 3_000;
    var asked = new AtomicInteger();
    var answered = new AtomicInteger();
    var parker =
        new Thread(() -> {
          for (int round = 1; round <= rounds; round++) {
            while (asked.get() < round) {
              time.parkNanos(this, Long.MAX_VALUE);
            }
            answered.set(round);
          }
        });
    parker.setDaemon(true);
    var readers = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++) {
      var reader =
          new Thread(() -> {
            while (answered.get() < rounds && !Thread.currentThread().isInterrupted()) {
              time.pending();
            }
          });
      reader.setDaemon(true);
      readers.add(reader);
    }
    parker.start();
    readers.forEach(Thread::start);
    for (int round = 1; round <= rounds; round++) {
      asked.set(round);
      LockSupport.unpark(parker);
      while (answered.get() < round && !Thread.currentThread().isInterrupted()) {
        Thread.yield();
      }
    }
    readers.forEach(Thread::interrupt);

    assertThat(answered).as("unparks that were answered").hasValue(rounds);
  }

  @Test
  void autoAdvancing_sleepAndPark_moveTheClockAndFireTimers() throws InterruptedException {
    ManualTimeSource auto = ManualTimeSource.autoAdvancing();
    auto.schedule(15, DIRECT, () -> fired.add("timer@" + auto.nanoTime()));
    auto.sleep(10);
    assertThat(fired).isEmpty();
    auto.parkNanos(this, 10);

    assertThat(auto.nanoTime()).isEqualTo(20);
    assertThat(fired).containsExactly("timer@15");
  }

  @Test
  void autoAdvancing_clockAdvancesBeforeTheSleepDoes_isNotLate() throws InterruptedException {
    ManualTimeSource auto = ManualTimeSource.autoAdvancing();
    var sleeper =
        new Thread(() -> fired.add(catchThrowable(() -> auto.sleep(10)) + "")) {
          private int steps;

          @Override
          public boolean isInterrupted() {
            if (++steps == 2) {
              auto.advance(Duration.ofNanos(7));
            }
            return super.isInterrupted();
          }
        };
    sleeper.start();
    sleeper.join();

    assertThat(fired).containsExactly("null");
    assertThat(auto.nanoTime()).isEqualTo(10);
  }

  @Test
  void autoAdvancing_taskThatSleeps_movesTheClockOn() {
    ManualTimeSource auto = ManualTimeSource.autoAdvancing();
    auto.schedule(
        10,
        DIRECT,
        () -> {
          auto.parkNanos(this, 100);
          fired.add("slept@" + auto.nanoTime());
        });
    auto.schedule(50, DIRECT, () -> fired.add("during@" + auto.nanoTime()));
    auto.advance(Duration.ofNanos(20));

    assertThat(fired).containsExactly("during@50", "slept@110");
    assertThat(auto.nanoTime()).isEqualTo(110);
  }

  @Test
  void autoAdvancing_endlessPark_stopsAtTheEndOfTime() {
    ManualTimeSource auto = ManualTimeSource.autoAdvancing();
    auto.parkNanos(this, 5);
    auto.parkNanos(this, Long.MAX_VALUE);

    assertThat(auto.nanoTime()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void autoAdvancing_explicitAdvanceWithinATask_isRefused() {
    ManualTimeSource auto = ManualTimeSource.autoAdvancing();
    auto.schedule(1, DIRECT, () -> auto.advance(Duration.ofNanos(1)));

    assertThatIllegalStateException().isThrownBy(() -> auto.advance(Duration.ofNanos(1)));
  }

  @Test
  void onTimer_taskOfTheTimerAndUserCodeThatFollows_areToldApart() {
    List<String> seen = new ArrayList<>();
    time.schedule(
        1,
        Runnable::run,
        () -> {
          seen.add("timer " + time.onTimer());
          time.handOver().execute(() -> seen.add("user code " + time.onTimer()));
          seen.add("timer again " + time.onTimer());
        });

    time.advance(Duration.ofNanos(1));
    time.handOver().execute(() -> seen.add("outside " + time.onTimer()));

    assertThat(seen)
        .containsExactly("timer true", "user code false", "timer again true", "outside false");
  }

  @Test
  void onTimer_otherThreadDuringAnAdvance_isNotTheTimer() throws InterruptedException {
    List<Boolean> seen = new ArrayList<>();
    time.schedule(
        1,
        Runnable::run,
        () -> {
          Thread other = new Thread(() -> seen.add(time.onTimer()));
          other.start();
          try {
            other.join();
          } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
          }
        });

    time.advance(Duration.ofNanos(1));

    assertThat(seen).containsExactly(false);
  }
}
