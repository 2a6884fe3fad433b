// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.atomic.AtomicBoolean;

/** A task that runs once: a pool can throw (out of threads) and still keep the task. */
final class Once implements Runnable {
  private final Runnable task;
  private final AtomicBoolean taken = new AtomicBoolean();

  Once(Runnable task) {
    this.task = task;
  }

  @Override
  public void run() {
    if (!taken.getAndSet(true)) {
      task.run();
    }
  }

  /** Prevents the run. Returns false if the task has run or runs. */
  boolean cancel() {
    return !taken.getAndSet(true);
  }
}
