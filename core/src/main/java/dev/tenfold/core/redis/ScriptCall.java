// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import io.lettuce.core.RedisNoScriptException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of a script: by SHA-1 first, then by text if the server does not know the SHA-1. EVAL
 * cannot reply NOSCRIPT, so there are at most two commands, even if SCRIPT FLUSH, a restart or a
 * failover happens in between. Cancelling cancels the command in flight.
 */
final class ScriptCall<T extends @Nullable Object> extends CompletableFuture<T> {
  private volatile @Nullable CompletableFuture<T> inFlight;

  private ScriptCall() {}

  static <T extends @Nullable Object> CompletableFuture<T> start(
      Supplier<? extends CompletionStage<T>> bySha, Supplier<? extends CompletionStage<T>> byText) {
    var call = new ScriptCall<T>();
    call.send(bySha, byText);
    return call;
  }

  private void send(
      Supplier<? extends CompletionStage<T>> command,
      @Nullable Supplier<? extends CompletionStage<T>> fallback) {
    CompletableFuture<T> sent = command.get().toCompletableFuture();
    inFlight = sent;
    if (isCancelled()) {
      sent.cancel(true);
    }
    var unused =
        sent.whenComplete((value, error) -> {
          if (error == null) {
            complete(value);
          } else if (fallback == null || !(error instanceof RedisNoScriptException)) {
            completeExceptionally(error);
          } else if (!isDone()) {
            sendFallback(fallback);
          }
        });
  }

  private void sendFallback(Supplier<? extends CompletionStage<T>> fallback) {
    try {
      send(fallback, null);
    } catch (RuntimeException refused) {
      completeExceptionally(refused);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    CompletableFuture<T> sent = inFlight;
    if (cancelled && sent != null) {
      sent.cancel(mayInterruptIfRunning);
    }
    return cancelled;
  }
}
