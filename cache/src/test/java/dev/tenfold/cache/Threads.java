// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.testkit.Await;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Starts threads and waits until they block. */
final class Threads {
  private Threads() {}

  static final class Running<T> extends CompletableFuture<T> {
    private volatile Thread thread;

    /** Returns when the thread is blocked, in a latch or in the code under test. */
    void awaitBlocked() {
      Await.until(
          "the thread waits",
          Duration.ofSeconds(20),
          () -> {
            Thread.State state = thread.getState();
            return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
          });
    }

    void interrupt() {
      thread.interrupt();
    }
  }

  static <T> Running<T> start(Callable<T> task) {
    var running = new Running<T>();
    var thread =
        new Thread(() -> {
          try {
            running.complete(task.call());
          } catch (Throwable failure) {
            running.completeExceptionally(failure);
          }
        });
    thread.setDaemon(true);
    running.thread = thread;
    thread.start();
    return running;
  }

  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException("interrupted in the test's latch", interrupted);
    }
  }
}
