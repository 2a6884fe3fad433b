// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.AccessControlContext;
import java.security.AccessController;
import java.security.DomainCombiner;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The creation of the timer thread: what it does not inherit, and what happens if it fails. */
@Timeout(30)
class TimerThreadTest {
  private static final long LONG = Duration.ofHours(1).toNanos();

  private final CountDownLatch handedOver = new CountDownLatch(1);

  private static TimerSlots.Entry entry(long delayNanos, Runnable task) {
    long due = TimeSource.system().nanoTime() + delayNanos;
    return new TimerSlots.Entry(due, Runnable::run, task) {};
  }

  /** A thread that cannot be started; runs a task first. */
  private static Thread unstartable(Runnable meanwhile) {
    return new Thread() {
      @Override
      public void start() {
        meanwhile.run();
        throw new OutOfMemoryError("unable to create native thread");
      }
    };
  }

  /** Returns the given threads first, threads that start after that. */
  private static ThreadFactory threads(Thread... first) {
    Queue<Thread> left = new ArrayDeque<>(List.of(first));
    return work -> left.isEmpty() ? SystemTimer.newThread("tenfold-test", work) : left.remove();
  }

  @Test
  void newThread_anyCaller_hasTheSystemsContextClassLoader() {
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    caller.setContextClassLoader(new ClassLoader("application", before) {});
    try {
      Thread created = SystemTimer.newThread("tenfold-test", () -> {});

      assertThat(created.getContextClassLoader()).isSameAs(ClassLoader.getSystemClassLoader());
    } finally {
      caller.setContextClassLoader(before);
    }
  }

  @Test
  void newThread_callerInAGroup_isADaemonOfTheRootGroup() throws InterruptedException {
    var created = new AtomicReference<Thread>();
    var group = new ThreadGroup("application");
    Runnable creation = () -> created.set(SystemTimer.newThread("tenfold-test", () -> {}));
    var caller = new Thread(group, creation);
    caller.start();
    caller.join();

    assertThat(created.get().getThreadGroup().getParent()).isNull();
    assertThat(created.get().isDaemon()).isTrue();
  }

  @Test
  void newThread_callerWithInheritableThreadLocal_doesNotTakeItOver() throws InterruptedException {
    var seen = new AtomicReference<String>();
    var local = new InheritableThreadLocal<String>();
    local.set("application");
    Thread created = SystemTimer.newThread("tenfold-test", () -> seen.set("saw " + local.get()));
    created.start();
    created.join();

    assertThat(seen).hasValue("saw null");
  }

  /** An access-control context with a combiner of its own, by which the test recognizes it. */
  @Test
  @SuppressWarnings("removal")
  void newThread_callerWithAccessControlContext_doesNotTakeItOver() throws InterruptedException {
    DomainCombiner combiner = (current, assigned) -> current;
    var context = new AccessControlContext(AccessController.getContext(), combiner);
    var seen = new AtomicReference<>(combiner);
    Runnable look = () -> seen.set(AccessController.getContext().getDomainCombiner());
    PrivilegedAction<Thread> creation = () -> SystemTimer.newThread("tenfold-test", look);
    Thread created = AccessController.doPrivileged(creation, context);
    created.start();
    created.join();

    assertThat(seen).hasValue(null);
  }

  @Test
  void add_startFails_isRefusedAndTheNextOneStartsTheThread() throws InterruptedException {
    var timer = new SystemTimer(threads(unstartable(() -> {})));
    TimerSlots.Entry refused = entry(0, () -> {});

    assertThatThrownBy(() -> timer.add(refused)).isInstanceOf(OutOfMemoryError.class);
    assertThat(timer.pending()).isZero();
    timer.add(entry(1, handedOver::countDown));
    handedOver.await();
    assertThat(timer.cancel(refused)).isFalse();
  }

  @Test
  void add_whileAnothersStartFails_isHandedOver() throws InterruptedException {
    var timer = new AtomicReference<SystemTimer>();
    Runnable meanwhile = () -> timer.get().add(entry(1, handedOver::countDown));
    timer.set(new SystemTimer(threads(unstartable(meanwhile))));

    assertThatThrownBy(() -> timer.get().add(entry(LONG, () -> {})))
        .isInstanceOf(OutOfMemoryError.class);
    handedOver.await();
    assertThat(timer.get().pending()).isZero();
  }

  @Test
  void add_startFailsButAnothersThreadHandsOver_isNoFailure() {
    var timer = new AtomicReference<SystemTimer>();
    Runnable meanwhile =
        () -> {
          timer.get().add(entry(LONG, () -> {}));
          awaitUninterrupted(handedOver);
        };
    timer.set(new SystemTimer(threads(unstartable(meanwhile))));
    timer.get().add(entry(0, handedOver::countDown));

    assertThat(timer.get().pending()).isEqualTo(1);
  }

  @Test
  void run_twoThreadsStarted_oneStaysAndTheOtherEnds() throws InterruptedException {
    var timer = new SystemTimer(work -> SystemTimer.newThread("tenfold-test", work));
    List<Thread> both =
        List.of(
            SystemTimer.newThread("tenfold-test", timer),
            SystemTimer.newThread("tenfold-test", timer));
    both.forEach(Thread::start);
    while (both.stream().allMatch(Thread::isAlive)) {
      Thread.onSpinWait();
    }
    timer.add(entry(0, handedOver::countDown));
    handedOver.await();

    assertThat(both.stream().filter(Thread::isAlive)).hasSize(1);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
