// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.testing;

import dev.tenfold.core.TimeSource;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * A time source that hands everything to another one. A test overrides the one method that it wants
 * to count, to break or to let lie.
 *
 * <pre>{@code
 * var readings = new AtomicInteger();
 * TimeSource counting =
 *     new DelegatingTimeSource(new ManualTimeSource()) {
 *       @Override
 *       public long nanoTime() {
 *         readings.incrementAndGet();
 *         return super.nanoTime();
 *       }
 *     };
 * }</pre>
 *
 * <p>{@link #scheduleAt} is not handed on: it schedules the difference from {@link #nanoTime} by
 * {@link #schedule}, so an override of either is seen there too.
 *
 * <p>Thread-safe if the other time source is.
 */
public class DelegatingTimeSource implements TimeSource {
  private final TimeSource time;

  /**
   * Creates a time source that behaves as the given one does.
   *
   * @param time takes the calls
   */
  public DelegatingTimeSource(TimeSource time) {
    this.time = Objects.requireNonNull(time, "time");
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
    return time.schedule(delayNanos, executor, task);
  }

  @Override
  public Executor handOver() {
    return time.handOver();
  }

  @Override
  public boolean onTimer() {
    return time.onTimer();
  }
}
