// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.TimeSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * How one asynchronous call changes threads: by the executor, with the context of its caller. An
 * executor that refuses does not lose the call: who hopped is told by the rescue, which is not the
 * thread that hopped, since that may be the one timer of the process or in the middle of somebody
 * else's call.
 *
 * @param rescue runs what tells of a refusal
 */
record AsyncHandoff(TimeSource time, Executor executor, Executor rescue, Ambient ambient) {

  /** Runs the task soon. */
  void run(Runnable task, Consumer<Throwable> refused) {
    try {
      executor.execute(ambient.wrap(task));
    } catch (Throwable refusal) {
      Runnable tell = () -> refused.accept(refusal);
      try {
        rescue.execute(ambient.wrap(tell));
      } catch (Throwable nobodyElse) {
        tell.run();
      }
    }
  }

  /** Runs the task later. */
  TimeSource.Timer after(long nanos, Runnable task, Consumer<Throwable> refused) {
    try {
      return at(time.nanoTime() + nanos, task, refused);
    } catch (GateFailure byTimer) {
      refused.accept(byTimer.thrown());
      return () -> false;
    }
  }

  /**
   * Runs the task when the clock stands there.
   *
   * @throws GateFailure if the timer refuses
   */
  TimeSource.Timer at(long dueNanos, Runnable task, Consumer<Throwable> refused) {
    try {
      return time.scheduleAt(dueNanos, Runnable::run, () -> run(task, refused));
    } catch (Throwable refusal) {
      throw new GateFailure(refusal);
    }
  }
}
