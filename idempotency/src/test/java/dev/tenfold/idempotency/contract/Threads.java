// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two ways to run an implementation that a contract asks for. Each module has a copy, so that a
 * contract needs JUnit, AssertJ and its own module only.
 */
final class Threads {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration WAIT_LIMIT = Duration.ofSeconds(5);
  private static final long TOGETHER_NANOS = 60_000_000;
  private static final long MAX_WALL_NANOS = 5_000_000_000L;
  private static final int THREADS = 8;
  private static final int BATCH = 100;
  private static final int MEETING_SPINS = 500;
  private static final int ATTEMPTS = 5;
  private static final int CALLS = 20;
  private static final long MAX_MEDIAN_NANOS = 1_000_000;

  private Threads() {}

  /** One round of the code that all threads run. */
  interface Code {
    void run(int thread, int round) throws Exception;
  }

  /**
   * Runs code on eight threads at once, round after round until each has used 60 ms of a processor,
   * or for 5 s. In every other hundred of rounds two threads meet at the beginning of a round, so
   * that they run the same lines at the same time. In the others they meet anywhere, which finds
   * races on a busy machine too, where two threads seldom run at once.
   *
   * @param duty what the caller expects, for the message of a failure
   * @return how many rounds all threads have run together
   */
  static long together(String duty, Code code) {
    CountDownLatch start = new CountDownLatch(1);
    AtomicInteger arrivals = new AtomicInteger();
    List<FutureTask<Integer>> tasks = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      FutureTask<Integer> task =
          new FutureTask<>(() -> {
            start.await();
            return rounds(number, code, arrivals);
          });
      Thread thread = new Thread(task, "together-" + i);
      thread.setDaemon(true);
      thread.start();
      tasks.add(task);
      threads.add(thread);
    }
    start.countDown();
    long rounds = 0;
    try {
      for (FutureTask<Integer> task : tasks) {
        rounds += assertThat(task).as(duty).succeedsWithin(LIMIT).actual();
      }
    } finally {
      threads.forEach(Thread::interrupt);
    }
    return rounds;
  }

  private static int rounds(int thread, Code code, AtomicInteger arrivals) throws Exception {
    ThreadMXBean processor = ManagementFactory.getThreadMXBean();
    long usedBefore = processor.getCurrentThreadCpuTime();
    long began = System.nanoTime();
    int round = 0;
    while (System.nanoTime() - began < MAX_WALL_NANOS) {
      if (round / BATCH % 2 == 0) {
        meet(arrivals);
      }
      code.run(thread, round++);
      if (round % BATCH == 0 && processor.getCurrentThreadCpuTime() - usedBefore > TOGETHER_NANOS) {
        break;
      }
    }
    return round;
  }

  /** The first of two waits for the second, but not for long: it may not be running. */
  private static void meet(AtomicInteger arrivals) {
    int own = arrivals.incrementAndGet();
    for (int i = 0; own % 2 != 0 && arrivals.get() == own && i < MEETING_SPINS; i++) {
      Thread.onSpinWait();
    }
  }

  /**
   * Runs code on one thread and fails if it makes that thread wait. A wait is what the JVM counts
   * as one (sleep, park, monitor), or a median of more than a millisecond, which finds I/O and
   * spinning. One attempt of five without a wait is enough: the JVM itself may wait now and then.
   *
   * @param duty what the caller expects, for the message of a failure
   */
  static void doesNotWait(String duty, Runnable code) {
    assertTimeoutPreemptively(
        WAIT_LIMIT,
        () -> {
          String wait = "";
          for (int i = 0; i < ATTEMPTS; i++) {
            wait = waitIn(code);
            if (wait.isEmpty()) {
              return;
            }
          }
          fail(duty + ": " + wait);
        },
        duty);
  }

  private static String waitIn(Runnable code) {
    long[] nanos = new long[CALLS];
    long before = waits();
    for (int i = 0; i < CALLS; i++) {
      long began = System.nanoTime();
      code.run();
      nanos[i] = System.nanoTime() - began;
    }
    long waited = waits() - before;
    Arrays.sort(nanos);
    if (waited > 0) {
      return "the calling thread waited " + waited + " times in " + CALLS + " calls";
    }
    return nanos[CALLS / 2] > MAX_MEDIAN_NANOS
        ? "half of " + CALLS + " calls took more than " + nanos[CALLS / 2] + " ns"
        : "";
  }

  private static long waits() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    ThreadInfo own = threads.getThreadInfo(Thread.currentThread().getId());
    return own.getWaitedCount() + own.getBlockedCount();
  }
}
