// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.util.concurrent.Executor;

/** A time source whose {@code schedule} throws when a test sets a failure. */
public final class RefusingTimeSource extends DelegatingTimeSource {
  private Throwable refusal;

  public RefusingTimeSource(TimeSource time) {
    super(time);
  }

  /** Sets a RuntimeException or an Error to throw, or null to schedule again. */
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
  public Timer schedule(long delayNanos, Executor executor, Runnable task) {
    throwIfAny(refusal);
    return super.schedule(delayNanos, executor, task);
  }
}
