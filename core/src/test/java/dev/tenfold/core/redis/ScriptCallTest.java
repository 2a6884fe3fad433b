// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ScriptCallTest {
  private final CompletableFuture<Long> bySha = new CompletableFuture<>();
  private final CompletableFuture<Long> byText = new CompletableFuture<>();
  private final List<String> sent = new ArrayList<>();

  private CompletionStage<Long> sendSha() {
    sent.add("EVALSHA");
    return bySha;
  }

  private CompletionStage<Long> sendText() {
    sent.add("EVAL");
    return byText;
  }

  private CompletableFuture<Long> start() {
    return ScriptCall.start(this::sendSha, this::sendText);
  }

  private static Throwable errorOf(CompletableFuture<?> call) {
    assertThat(call).isCompletedExceptionally();
    return call.handle((value, error) -> error).join();
  }

  @Test
  void call_knownScript_sendsOneCommand() {
    CompletableFuture<Long> call = start();
    bySha.complete(7L);

    assertThat(call).isCompletedWithValue(7L);
    assertThat(sent).containsExactly("EVALSHA");
  }

  @Test
  void call_forgottenScript_fallsBackToText() {
    CompletableFuture<Long> call = start();
    bySha.completeExceptionally(new RedisNoScriptException("NOSCRIPT"));
    assertThat(call).isNotDone();
    byText.complete(8L);

    assertThat(call).isCompletedWithValue(8L);
    assertThat(sent).containsExactly("EVALSHA", "EVAL");
  }

  @Test
  void call_otherError_isNotRepeated() {
    var error = new RedisCommandExecutionException("WRONGTYPE");
    CompletableFuture<Long> call = start();
    bySha.completeExceptionally(error);

    assertThat(errorOf(call)).isSameAs(error);
    assertThat(sent).containsExactly("EVALSHA");
  }

  @Test
  void call_noScriptTwice_failsInsteadOfLooping() {
    var error = new RedisNoScriptException("NOSCRIPT");
    CompletableFuture<Long> call = start();
    bySha.completeExceptionally(new RedisNoScriptException("NOSCRIPT"));
    byText.completeExceptionally(error);

    assertThat(errorOf(call)).isSameAs(error);
    assertThat(sent).containsExactly("EVALSHA", "EVAL");
  }

  @Test
  void call_fallbackThrows_failsTheCall() {
    var error = new IllegalStateException("closed");
    CompletableFuture<Long> call =
        ScriptCall.start(
            this::sendSha,
            () -> {
              throw error;
            });
    bySha.completeExceptionally(new RedisNoScriptException("NOSCRIPT"));

    assertThat(errorOf(call)).isSameAs(error);
  }

  @Test
  void cancel_whileFirstIsInFlight_cancelsItAndSendsNoText() {
    CompletableFuture<Long> call = start();

    assertThat(call.cancel(true)).isTrue();
    assertThat(bySha).isCancelled();
    assertThat(sent).containsExactly("EVALSHA");
  }

  @Test
  void cancel_whileTextIsInFlight_cancelsThat() {
    CompletableFuture<Long> call = start();
    bySha.completeExceptionally(new RedisNoScriptException("NOSCRIPT"));

    assertThat(call.cancel(true)).isTrue();
    assertThat(byText).isCancelled();
  }
}
