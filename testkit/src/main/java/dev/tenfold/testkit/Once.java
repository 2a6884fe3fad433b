// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is made once per JVM, by the first thread that calls {@link #get}. The other threads
 * wait for it. A failure is thrown to every thread that waits, and the next call tries again.
 */
final class Once<T> {
  private final AtomicReference<@Nullable CompletableFuture<T>> made = new AtomicReference<>();
  private final Supplier<T> maker;

  Once(Supplier<T> maker) {
    this.maker = maker;
  }

  T get() {
    for (; ; ) {
      CompletableFuture<T> present = made.get();
      if (present != null) {
        return join(present);
      }
      CompletableFuture<T> mine = new CompletableFuture<>();
      if (made.compareAndSet(null, mine)) {
        return make(mine);
      }
    }
  }

  private T make(CompletableFuture<T> mine) {
    try {
      T value = maker.get();
      mine.complete(value);
      return value;
    } catch (Throwable failure) {
      made.set(null);
      mine.completeExceptionally(failure);
      throw failure;
    }
  }

  private static <T> T join(CompletableFuture<T> made) {
    try {
      return made.join();
    } catch (CompletionException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      throw new FixtureException(String.valueOf(cause.getMessage()), cause);
    }
  }
}
