// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The system's time source, without measuring time. */
@Timeout(30)
class TimeSourceTest {
  private static final long LONG = Duration.ofHours(1).toNanos();

  private final TimeSource time = TimeSource.system();

  @Test
  void system_isOne() {
    assertThat(TimeSource.system()).isSameAs(time);
  }

  @Test
  void nanoTime_neverFalls() {
    long before = time.nanoTime();

    assertThat(time.nanoTime() - before).isNotNegative();
  }

  @Test
  void sleep_lastsAtLeastAsLongAsAsked() throws InterruptedException {
    long before = time.nanoTime();
    time.sleep(200_000);

    assertThat(time.nanoTime() - before).isGreaterThanOrEqualTo(200_000);
  }

  @Test
  void sleep_alreadyInterrupted_throwsAndClearsTheFlag() {
    for (long nanos : new long[] {-1, 0, LONG}) {
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> time.sleep(nanos)).isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  @Test
  void sleep_interruptedMeanwhile_throws() throws InterruptedException {
    var thrown = new AtomicBoolean();
    var asleep = new CountDownLatch(1);
    var sleeper =
        new Thread(() -> {
          asleep.countDown();
          try {
            time.sleep(LONG);
          } catch (InterruptedException interrupted) {
            thrown.set(true);
          }
        });
    sleeper.start();
    asleep.await();
    sleeper.interrupt();
    sleeper.join();

    assertThat(thrown).isTrue();
  }

  @Test
  void schedule_handsOverToTheExecutorOnADaemonThread() throws InterruptedException {
    var timerThread = new AtomicReference<Thread>();
    var tasks = new SynchronousQueue<Runnable>();
    var ran = new AtomicBoolean();
    time.schedule(
        1,
        task -> {
          timerThread.set(Thread.currentThread());
          offer(tasks, task);
        },
        () -> ran.set(true));
    Runnable task = tasks.take();

    assertThat(ran).isFalse();
    task.run();
    assertThat(ran).isTrue();
    assertThat(timerThread.get().isDaemon()).isTrue();
    assertThat(timerThread.get().getName()).isEqualTo("tenfold-timer");
  }

  @Test
  void scheduleAt_reading_handsOverNotBefore() throws InterruptedException {
    long due = time.nanoTime() + 1_000_000;
    var late = new AtomicLong(Long.MIN_VALUE);
    var done = new CountDownLatch(1);
    time.scheduleAt(
        due,
        Runnable::run,
        () -> {
          late.set(time.nanoTime() - due);
          done.countDown();
        });
    done.await();

    assertThat(late.get()).isNotNegative();
  }

  @Test
  void scheduleAt_past_handsOverAtOnce() throws InterruptedException {
    var done = new CountDownLatch(2);
    time.scheduleAt(time.nanoTime() - LONG, Runnable::run, done::countDown);
    time.schedule(Long.MIN_VALUE, Runnable::run, done::countDown);
    done.await();

    assertThat(done.getCount()).isZero();
  }

  @Test
  void scheduleAt_sourceThatOnlyKnowsDelays_schedulesTheDifference() {
    var delays = new ArrayList<Long>();
    TimeSource counting = new DelaysOnly(delays);
    counting.scheduleAt(1_030, Runnable::run, () -> {});
    counting.scheduleAt(970, Runnable::run, () -> {});

    assertThat(delays).containsExactly(30L, -30L);
  }

  /** Stands at 1000 and notes what it is asked for. */
  private record DelaysOnly(List<Long> delays) implements TimeSource {
    @Override
    public long nanoTime() {
      return 1_000;
    }

    @Override
    public void sleep(long nanos) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Timer schedule(long delayNanos, Executor executor, Runnable task) {
      delays.add(delayNanos);
      return () -> false;
    }
  }

  private static void offer(SynchronousQueue<Runnable> tasks, Runnable task) {
    try {
      tasks.put(task);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void schedule_executorThatThrows_reportsItAndTheTimerLivesOn() throws InterruptedException {
    var reported = new AtomicReference<Throwable>();
    var done = new CountDownLatch(2);
    time.schedule(
        0,
        task -> {
          Thread timer = Thread.currentThread();
          timer.setUncaughtExceptionHandler((thread, failure) -> {
            reported.set(failure);
            timer.setUncaughtExceptionHandler(null);
            done.countDown();
          });
          throw new RejectedExecutionException("full");
        },
        () -> {});
    time.schedule(1, Runnable::run, done::countDown);
    done.await();

    assertThat(reported.get()).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void cancel_pending_isTrueOnce() {
    TimeSource.Timer timer = time.schedule(LONG, Runnable::run, () -> {});

    assertThat(timer.cancel()).isTrue();
    assertThat(timer.cancel()).isFalse();
  }

  @Test
  void cancel_withinTheHandOver_isFalse() throws InterruptedException {
    var timer = new AtomicReference<TimeSource.Timer>();
    var answer = new AtomicBoolean(true);
    var known = new CountDownLatch(1);
    var done = new CountDownLatch(1);
    timer.set(
        time.schedule(
            0,
            Runnable::run,
            () -> {
              awaitUninterrupted(known);
              answer.set(timer.get().cancel());
              done.countDown();
            }));
    known.countDown();
    done.await();

    assertThat(answer).isFalse();
    assertThat(timer.get().cancel()).isFalse();
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void cancel_stormOfTimers_retainsNothing() {
    byte[] payload = new byte[1 << 20];
    var reference = new WeakReference<>(payload);
    TimeSource.Timer last = time.schedule(LONG, Runnable::run, keeping(payload));
    last.cancel();
    payload = null;
    for (int i = 0; i < 20_000; i++) {
      time.schedule(LONG, Runnable::run, keeping(new byte[4096])).cancel(); // 80 MB if retained
    }
    for (int i = 0; i < 50 && reference.get() != null; i++) {
      System.gc();
    }

    assertThat(reference.get()).isNull();
    assertThat(last.cancel()).isFalse(); // the handle is still reachable, what it held is not
  }

  private static Runnable keeping(byte[] payload) {
    return () -> payload[0]++;
  }
}
