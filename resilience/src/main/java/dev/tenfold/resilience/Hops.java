// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.TimeSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * How one asynchronous call changes threads: by the executor, with the context of its caller. An
 * executor or timer that refuses does not lose the call; who hopped is told on the spot.
 */
record Hops(TimeSource time, Executor executor, Ambient ambient) {

  /** Runs the task soon. */
  void run(Runnable task, Consumer<Throwable> refused) {
    try {
      executor.execute(ambient.wrap(task));
    } catch (Throwable refusal) {
      refused.accept(refusal);
    }
  }

  /** Runs the task later. */
  TimeSource.Timer after(long nanos, Runnable task, Consumer<Throwable> refused) {
    return at(time.nanoTime() + nanos, task, refused);
  }

  /** Runs the task when the clock stands there. */
  TimeSource.Timer at(long dueNanos, Runnable task, Consumer<Throwable> refused) {
    try {
      return time.scheduleAt(dueNanos, Runnable::run, () -> run(task, refused));
    } catch (Throwable refusal) {
      refused.accept(refusal);
      return () -> false;
    }
  }
}
