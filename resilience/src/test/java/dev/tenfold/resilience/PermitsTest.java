// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(60)
class PermitsTest {
  private final List<String> granted = new ArrayList<>();
  private final Permits permits = new Permits(2, 3);

  private Permits.Waiter waiter(String name) {
    return waiter(() -> granted.add(name));
  }

  private static Permits.Waiter waiter(Runnable onGrant) {
    return new Permits.Waiter() {
      @Override
      void granted() {
        onGrant.run();
      }
    };
  }

  private void takeAll() {
    assertThat(permits.tryTake()).isTrue();
    assertThat(permits.tryTake()).isTrue();
    assertThat(permits.tryTake()).isFalse();
  }

  @Test
  void release_severalWaiting_grantsInOrder() {
    takeAll();
    for (String name : List.of("a", "b", "c")) {
      assertThat(permits.join(waiter(name))).isTrue();
    }
    for (int i = 0; i < 5; i++) {
      permits.release();
    }

    assertThat(granted).containsExactly("a", "b", "c");
    assertThat(permits.taken()).isZero();
    assertThat(permits.waiting()).isZero();
  }

  @Test
  void join_lineFull_isRefused() {
    takeAll();
    for (String name : List.of("a", "b", "c")) {
      permits.join(waiter(name));
    }

    assertThat(permits.join(waiter("d"))).isFalse();
    assertThat(permits.waiting()).isEqualTo(3);
  }

  @Test
  void join_permitCameFreeBefore_isGrantedAtOnce() {
    takeAll();
    permits.release();

    permits.join(waiter("a"));

    assertThat(granted).containsExactly("a");
    assertThat(permits.taken()).isEqualTo(2);
  }

  @Test
  void join_gaveUpBefore_isNotInTheLine() {
    takeAll();
    Permits.Waiter gone = waiter("gone");
    gone.abandon();

    assertThat(permits.join(gone)).isTrue();
    assertThat(permits.waiting()).isZero();
  }

  @Test
  void release_firstInLineGaveUp_grantsTheNext() {
    takeAll();
    Permits.Waiter gone = waiter("gone");
    permits.join(gone);
    permits.join(waiter("next"));
    gone.abandon();
    permits.release();
    permits.withdraw(gone);

    assertThat(granted).containsExactly("next");
    assertThat(permits.taken()).isEqualTo(2);
    assertThat(permits.waiting()).isZero();
  }

  @Test
  void tryTake_somebodyWaits_isRefused() {
    takeAll();
    Permits.Waiter first = waiter("first");
    permits.join(first);
    first.abandon(); // still in the line
    assertThat(permits.tryTake()).isFalse();
    permits.withdraw(first);
    permits.release();

    assertThat(permits.tryTake()).isTrue();
  }

  @Test
  void tryRelease_someTakenOrNone_givesBackOnlyWhatIsTaken() {
    assertThat(permits.tryRelease()).isFalse();
    takeAll();
    permits.join(waiter("a"));
    assertThat(permits.tryRelease()).isTrue();
    assertThat(granted).containsExactly("a");
    assertThat(permits.tryRelease()).isTrue();
    assertThat(permits.tryRelease()).isTrue();

    assertThat(permits.tryRelease()).isFalse();
    assertThat(permits.taken()).isZero();
    assertThat(permits.waiting()).isZero();
  }

  @Test
  void release_nothingTaken_doesNotRaiseTheLimit() {
    permits.release();

    assertThat(permits.taken()).isZero();
    assertThat(permits.waiting()).isZero();
    takeAll();
  }

  @Test
  void release_anotherThreadIsInAGrant_doesNotWaitForIt() throws Exception {
    takeAll();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    permits.join(
        waiter(() -> {
          inside.countDown();
          awaitUnchecked(second); // a call that an executor runs on the spot, and that takes long
        }));
    permits.join(waiter(second::countDown));
    Thread slow = new Thread(permits::release);
    slow.start();
    inside.await();

    permits.release();
    slow.join();

    assertThat(second.getCount()).isZero();
    assertThat(permits.taken()).isEqualTo(2);
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void everything_fromManyThreads_keepsTheLimitAndLosesNothing() throws Exception {
    Permits shared = new Permits(2, 2);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int number = t;
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < 5_000; i++) {
              if (shared.tryTake() || waited(shared, (i + number) % 3 == 0)) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                served.incrementAndGet();
                inside.decrementAndGet();
                shared.release();
              }
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(most.get()).isBetween(1, 2);
    assertThat(served.get()).isPositive();
    assertThat(shared.taken()).isZero();
    assertThat(shared.waiting()).isZero();
  }

  private static boolean waited(Permits shared, boolean impatient) {
    CountDownLatch woken = new CountDownLatch(1);
    Permits.Waiter me = waiter(woken::countDown);
    if (!shared.join(me)) {
      return false;
    }
    if (impatient && me.abandon()) {
      shared.withdraw(me);
      return false;
    }
    awaitUnchecked(woken);
    return true;
  }
}
