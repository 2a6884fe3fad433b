// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import java.util.concurrent.Executor;

/** A manual time source that throws instead of scheduling, as long as it is told to. */
public final class RefusingTimeSource implements TimeSource {
  private final ManualTimeSource time;
  private Throwable refusal;

  public RefusingTimeSource(ManualTimeSource time) {
    this.time = time;
  }

  /** Takes a RuntimeException or an Error, or null to schedule again. */
  public void refuse(Throwable next) {
    refusal = next;
  }

  static void throwIfAny(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public void sleep(long nanos) throws InterruptedException {
    time.sleep(nanos);
  }

  @Override
  public void parkNanos(Object blocker, long nanos) {
    time.parkNanos(blocker, nanos);
  }

  @Override
  public Timer schedule(long delayNanos, Executor executor, Runnable task) {
    throwIfAny(refusal);
    return time.schedule(delayNanos, executor, task);
  }
}
