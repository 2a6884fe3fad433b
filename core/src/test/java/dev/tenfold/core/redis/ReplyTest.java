// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tenfold.core.ManualTimeSource;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisReadOnlyException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReplyTest {
  private static final long LIMIT = 1_000_000;

  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final CompletableFuture<String> future = new CompletableFuture<>();

  @Test
  void await_replyIsThere_returnsItWithoutLookingAtTheLimit() {
    future.complete("there");

    assertThat(Reply.await(future, 0, time)).isEqualTo("there");
    assertThat(time.nanoTime()).isZero();
  }

  @Test
  void await_nilReply_returnsNull() {
    future.complete(null);

    assertThat(Reply.await(future, LIMIT, time)).isNull();
  }

  @Test
  void await_noReply_timesOutAtTheLimitAndCancels() {
    assertThatExceptionOfType(RedisCommandTimeoutException.class)
        .isThrownBy(() -> Reply.await(future, LIMIT, time))
        .withMessageContaining("PT0.001S");
    assertThat(future).isCancelled();
    assertThat(time.nanoTime()).isEqualTo(LIMIT);
  }

  @Test
  void await_nothingLeft_timesOutAtOnce() {
    assertThatExceptionOfType(RedisCommandTimeoutException.class)
        .isThrownBy(() -> Reply.await(future, 0, time));
    assertThat(future).isCancelled();
    assertThat(time.nanoTime()).isZero();
  }

  @Test
  void await_replyFromAnotherThread_wakesTheWaiter() throws InterruptedException {
    var standing = new ManualTimeSource();
    var result = new AtomicReference<String>();
    var waiter = new Thread(() -> result.set(Reply.await(future, LIMIT, standing)));
    waiter.start();
    standing.awaitWaiters(1);
    future.complete("late");
    waiter.join();

    assertThat(result).hasValue("late");
    assertThat(standing.nanoTime()).isZero();
  }

  @Test
  void await_interruptedWhileWaiting_cancelsAndKeepsTheFlag() throws InterruptedException {
    var standing = new ManualTimeSource();
    var thrown = new AtomicReference<Throwable>();
    var flag = new AtomicReference<Boolean>();
    var waiter =
        new Thread(() -> {
          thrown.set(catchThrowable(() -> Reply.await(future, LIMIT, standing)));
          flag.set(Thread.currentThread().isInterrupted());
        });
    waiter.start();
    standing.awaitWaiters(1);
    waiter.interrupt();
    waiter.join();

    assertThat(thrown.get()).isInstanceOf(RedisCommandInterruptedException.class);
    assertThat(flag).hasValue(true);
    assertThat(future).isCancelled();
  }

  @Test
  void await_errorReply_keepsTypeAndMessageAndGetsTheCallersStackTrace() {
    future.completeExceptionally(new RedisReadOnlyException("READONLY replica"));

    assertThatThrownBy(() -> Reply.await(future, LIMIT, time))
        .isExactlyInstanceOf(RedisReadOnlyException.class)
        .hasMessage("READONLY replica")
        .hasCauseExactlyInstanceOf(RedisReadOnlyException.class);
  }

  @Test
  void await_plainErrorReply_isAnExecutionException() {
    future.completeExceptionally(new RedisCommandExecutionException("WRONGTYPE"));

    assertThatThrownBy(() -> Reply.await(future, LIMIT, time))
        .isExactlyInstanceOf(RedisCommandExecutionException.class)
        .hasMessage("WRONGTYPE");
  }

  @Test
  void await_lettuceTimedOut_isATimeout() {
    future.completeExceptionally(new RedisCommandTimeoutException("GET"));

    assertThatExceptionOfType(RedisCommandTimeoutException.class)
        .isThrownBy(() -> Reply.await(future, LIMIT, time));
  }

  @Test
  void await_rejected_isUnavailableAndNeverRan() {
    future.completeExceptionally(
        new RedisException("Currently not connected. Commands are rejected."));

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> Reply.await(future, LIMIT, time))
        .matches(e -> !e.mayHaveRun());
  }

  @Test
  void await_brokenConnection_isUnavailableAndMayHaveRun() {
    future.completeExceptionally(new RedisException("Connection disconnected"));

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> Reply.await(future, LIMIT, time))
        .matches(RedisUnavailableException::mayHaveRun);
  }

  @Test
  void await_ioException_isUnavailableAndMayHaveRun() {
    future.completeExceptionally(new IOException("reset by peer"));

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> Reply.await(future, LIMIT, time))
        .matches(RedisUnavailableException::mayHaveRun)
        .withMessageContaining("reset by peer");
  }

  @Test
  void await_commandCancelledByTheConnection_isUnavailable() {
    future.cancel(false);

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> Reply.await(future, LIMIT, time))
        .matches(RedisUnavailableException::mayHaveRun);
  }

  @Test
  void await_callersOwnException_passesUntouched() {
    var own = new IllegalStateException("decoder");
    future.completeExceptionally(own);

    assertThatThrownBy(() -> Reply.await(future, LIMIT, time)).isSameAs(own);
  }

  @Test
  void await_callersOwnExceptionInADerivedStage_passesUntouched() {
    var own = new IllegalStateException("decoder");
    CompletableFuture<String> derived =
        future.thenApply(value -> {
          throw own;
        });
    future.complete("x");

    assertThatThrownBy(() -> Reply.await(derived, LIMIT, time)).isSameAs(own);
  }

  @Test
  void await_error_isThrownAsItIs() {
    var error = new AssertionError("bug");
    future.completeExceptionally(error);

    assertThatThrownBy(() -> Reply.await(future, LIMIT, time)).isSameAs(error);
  }
}
