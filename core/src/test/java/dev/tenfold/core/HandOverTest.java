// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The executor for user code: threads of its own, a cap, and nothing lost at the cap. */
@Timeout(60)
class HandOverTest {
  private static final long LONG_IDLE = Duration.ofMinutes(1).toNanos();

  private final CountDownLatch release = new CountDownLatch(1);
  private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

  /** The one of this JVM, and the one of a JVM without virtual threads. */
  static Stream<HandOver> both() {
    return Stream.of(HandOver.shared(), HandOver.pooled(HandOver::newThread, 4, 4, LONG_IDLE));
  }

  private Runnable blocking(CountDownLatch entered) {
    return () -> {
      entered.countDown();
      try {
        release.await();
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
      }
      ran.add("blocked");
    };
  }

  /** Makes threads, if the system has any to give. */
  private static ThreadFactory failingFirst(int failures, AtomicInteger asked) {
    return work -> {
      if (asked.getAndIncrement() < failures) {
        throw new OutOfMemoryError("unable to create native thread");
      }
      return HandOver.newThread(work);
    };
  }

  @Test
  void shared_thisJvm_hasVirtualThreadsWhereThereAreAny() {
    boolean virtual = Runtime.version().feature() >= 21;

    assertThat(HandOver.virtualThreads() != null).isEqualTo(virtual);
    assertThat(HandOver.shared().toString().contains("virtual")).isEqualTo(virtual);
  }

  @ParameterizedTest
  @MethodSource("both")
  void execute_anyTask_runsOnANamedDaemonThread(HandOver handOver) throws InterruptedException {
    handOver.execute(() -> {
      Thread thread = Thread.currentThread();
      ran.add(thread.getName().replaceAll("[-0-9]*$", "") + ", daemon " + thread.isDaemon());
    });

    assertThat(ran.take()).isEqualTo("tenfold-handover, daemon true");
  }

  @ParameterizedTest
  @MethodSource("both")
  void execute_callerWithContext_itsThreadTakesNothingOver(HandOver handOver)
      throws InterruptedException {
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    var local = new InheritableThreadLocal<String>();
    local.set("application");
    caller.setContextClassLoader(new ClassLoader("application", before) {});
    try {
      handOver.execute(() ->
          ran.add(local.get() + ", " + Thread.currentThread().getContextClassLoader().getName()));
    } finally {
      caller.setContextClassLoader(before);
      local.remove();
    }

    assertThat(ran.take()).isEqualTo("null, app");
  }

  @Test
  void execute_threadsAllBlocked_otherTasksWaitCountedAndNoneIsLost() throws InterruptedException {
    HandOver capped = HandOver.pooled(HandOver::newThread, 2, 1, LONG_IDLE);
    CountDownLatch entered = new CountDownLatch(2);
    capped.execute(blocking(entered));
    capped.execute(blocking(entered));
    entered.await();

    capped.execute(() -> ran.add("queued"));
    assertThat(capped.queued()).isEqualTo(1);
    assertThat(capped.late()).isEqualTo(1);
    capped.execute(() -> ran.add("by the timer")); // no place in the queue
    assertThat(capped.queued()).isEqualTo(1);
    assertThat(capped.late()).isGreaterThanOrEqualTo(2);
    assertThat(capped.threads()).isEqualTo(2);
    assertThat(ran).isEmpty();
    release.countDown();

    List<String> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(ran.take());
    }
    assertThat(all).containsExactlyInAnyOrder("blocked", "blocked", "queued", "by the timer");
    assertThat(capped.queued()).isZero();
  }

  @Test
  void execute_systemWithoutThreads_taskRunsWhenThereIsOne() throws InterruptedException {
    AtomicInteger asked = new AtomicInteger();
    HandOver pooled = HandOver.pooled(failingFirst(3, asked), 2, 1, LONG_IDLE);
    HandOver each = HandOver.each(failingFirst(6, asked));

    pooled.execute(() -> ran.add("pooled"));
    assertThat(ran.take()).isEqualTo("pooled");
    each.execute(() -> ran.add("each"));
    assertThat(ran.take()).isEqualTo("each");

    assertThat(pooled.late()).isEqualTo(3);
    assertThat(each.late()).isEqualTo(2); // the fourth thread of all was the pool's
  }

  @Test
  void threads_idle_end() throws InterruptedException {
    BlockingQueue<Thread> made = new LinkedBlockingQueue<>();
    ThreadFactory factory =
        work -> {
          Thread thread = HandOver.newThread(work);
          made.add(thread);
          return thread;
        };
    HandOver brief = HandOver.pooled(factory, 4, 4, 1_000_000);

    for (int i = 0; i < 3; i++) {
      brief.execute(() -> ran.add("ran"));
      assertThat(ran.take()).isEqualTo("ran");
      made.take().join(); // by itself

      assertThat(brief.threads()).isZero();
    }
  }

  @Test
  void execute_taskThatThrows_leavesThePoolUsable() throws InterruptedException {
    HandOver one =
        HandOver.pooled(
            work -> {
              Thread thread = HandOver.newThread(work);
              thread.setUncaughtExceptionHandler((t, error) -> ran.add(error.getMessage()));
              return thread;
            },
            1,
            4,
            LONG_IDLE);

    one.execute(() -> {
      throw new IllegalStateException("task");
    });
    assertThat(ran.take()).isEqualTo("task");
    one.execute(() -> ran.add("next"));

    assertThat(ran.take()).isEqualTo("next");
  }

  @Test
  void execute_null_isRefused() {
    assertThatNullPointerException().isThrownBy(() -> HandOver.shared().execute(null));
  }

  @Test
  void onTimer_systemsTimer_isToldFromAllOtherThreads() throws InterruptedException {
    TimeSource time = TimeSource.system();

    time.schedule(0, Runnable::run, () -> ran.add("timer " + time.onTimer()));
    assertThat(ran.take()).isEqualTo("timer true");
    time.schedule(0, time.handOver(), () -> ran.add("handed over " + time.onTimer()));
    assertThat(ran.take()).isEqualTo("handed over false");

    assertThat(time.onTimer()).isFalse();
  }
}
