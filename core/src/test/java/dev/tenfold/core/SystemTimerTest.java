// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guarantees of the timer thread on a machine of any speed: no test measures time. */
@Timeout(60)
class SystemTimerTest {
  private static final long LONG = Duration.ofHours(1).toNanos();

  private final TimeSource time = TimeSource.system();

  private TimeSource.Timer schedule(long delayNanos, Runnable task) {
    return time.schedule(delayNanos, Runnable::run, task);
  }

  @Test
  void schedule_equalDelays_keepsTheOrder() throws InterruptedException {
    int count = 2_000;
    var order = new ConcurrentLinkedQueue<Integer>();
    var done = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      int number = i;
      schedule(
          100_000,
          () -> {
            order.add(number);
            done.countDown();
          });
      awaitTick();
    }
    done.await();

    assertThat(order).containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
  }

  /** A clock with coarse ticks. */
  private void awaitTick() {
    for (long now = time.nanoTime(); now == time.nanoTime(); ) {
      Thread.onSpinWait();
    }
  }

  @Test
  void schedule_earlierThanAllOthers_wakesTheThread() throws InterruptedException {
    TimeSource.Timer later = schedule(LONG, () -> {});
    for (int i = 0; i < 200; i++) {
      var done = new CountDownLatch(1);
      schedule(i % 2 == 0 ? 0 : 50_000, done::countDown);
      done.await(); // for an hour, if the thread slept on
    }

    assertThat(later.cancel()).isTrue();
  }

  @Test
  void schedule_fromManyThreadsOneByOne_missesNone() throws InterruptedException {
    var missed = new ConcurrentLinkedQueue<Integer>(List.of(1, 2, 3));
    List<Thread> threads = new ArrayList<>();
    for (int t = 1; t <= 3; t++) {
      int seed = t;
      threads.add(
          new Thread(() -> {
            var random = new Random(seed);
            for (int i = 0; i < 300; i++) {
              var done = new CountDownLatch(1);
              schedule(random.nextInt(1_000_000), done::countDown);
              await(done);
            }
            missed.remove(seed);
          }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(missed).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
  }

  @Test
  void cancel_racingWithTheHandOver_eitherFiresOrPrevents() throws InterruptedException {
    int threadCount = 4;
    int perThread = 5_000;
    var endings = new AtomicIntegerArray(threadCount * perThread);
    var done = new CountDownLatch(threadCount * perThread);
    var go = new CountDownLatch(1);
    for (int t = 0; t < threadCount; t++) {
      int first = t * perThread;
      new Thread(
              () -> {
                await(go);
                scheduleAndCancel(first, perThread, endings, done);
              })
          .start();
    }
    go.countDown();
    done.await();
    var idle = new CountDownLatch(1);
    schedule(0, idle::countDown);
    idle.await(); // what would fire twice has fired by now

    assertThat(IntStream.range(0, endings.length()).map(endings::get)).containsOnly(1);
  }

  /** Cancels each timer 64 timers later, about when it is due. */
  private void scheduleAndCancel(
      int first, int count, AtomicIntegerArray endings, CountDownLatch done) {
    var pending = new TimeSource.Timer[count];
    var random = new Random(first);
    for (int i = 0; i < count + 64; i++) {
      if (i < count) {
        int number = first + i;
        pending[i] =
            schedule(
                random.nextInt(100_000),
                () -> {
                  endings.incrementAndGet(number);
                  done.countDown();
                });
      }
      if (i >= 64 && pending[i - 64].cancel()) {
        endings.incrementAndGet(first + i - 64);
        done.countDown();
      }
    }
  }

  @Test
  void schedule_tenThousandPending_handsAllOver() throws InterruptedException {
    var done = new CountDownLatch(10_000);
    for (int i = 0; i < 10_000; i++) {
      schedule(1_000_000 + i % 7, done::countDown);
    }
    done.await();

    assertThat(done.getCount()).isZero();
  }

  @Test
  void cancel_pending_leavesTheTableAtOnce() {
    int before = SystemTimer.INSTANCE.pending();
    List<TimeSource.Timer> timers =
        IntStream.range(0, 1_000).mapToObj(i -> schedule(LONG, () -> {})).toList();
    assertThat(SystemTimer.INSTANCE.pending()).isGreaterThanOrEqualTo(1_000);
    assertThat(timers).allMatch(TimeSource.Timer::cancel);

    assertThat(SystemTimer.INSTANCE.pending()).isLessThanOrEqualTo(before);
  }

  @Test
  void schedule_forEver_disturbsNobody() throws InterruptedException {
    TimeSource.Timer never = schedule(Long.MAX_VALUE, () -> {});
    TimeSource.Timer far =
        time.scheduleAt(time.nanoTime() + Long.MAX_VALUE / 2, Runnable::run, () -> {});
    var done = new CountDownLatch(1);
    schedule(1, done::countDown);
    done.await();

    assertThat(never.cancel()).isTrue();
    assertThat(far.cancel()).isTrue();
  }

  @Test
  void handOver_taskThatInterruptsTheThread_leavesNoTrace() throws InterruptedException {
    var interrupted = new AtomicBoolean(true);
    var first = new CountDownLatch(1);
    var second = new CountDownLatch(1);
    schedule(
        0,
        () -> {
          Thread.currentThread().interrupt();
          first.countDown();
        });
    first.await();
    schedule(
        1_000_000,
        () -> {
          interrupted.set(Thread.currentThread().isInterrupted());
          second.countDown();
        });
    second.await();

    assertThat(interrupted).isFalse();
  }

  @Test
  void handOver_handlerThatThrowsToo_theTimerLivesOn() throws InterruptedException {
    var done = new CountDownLatch(1);
    schedule(
        0,
        () -> {
          Thread.currentThread()
              .setUncaughtExceptionHandler((thread, failure) -> {
                thread.setUncaughtExceptionHandler(null);
                throw new IllegalStateException("handler");
              });
          throw new StackOverflowError("task");
        });
    schedule(1, done::countDown);
    done.await();

    assertThat(done.getCount()).isZero();
  }

  @Test
  void scheduleAndCancel_warm_allocates32Bytes() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    Runnable task = () -> {};
    long due = time.nanoTime() + LONG;
    int calls = 10_000;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getThreadAllocatedBytes(self);
      for (int i = 0; i < calls; i++) {
        time.scheduleAt(due, Runnable::run, task).cancel();
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(self) - before);
    }

    assertThat(least).isLessThan(33L * calls);
  }
}
