// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;

@org.junit.jupiter.api.Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class PipelineTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final CircuitBreaker breaker =
      CircuitBreaker.builder("payments").timeSource(time).build();
  private final Bulkhead bulkhead = Bulkhead.builder("payments", 1).timeSource(time).build();
  private final Retry retry = Retry.builder("payments").timeSource(time).build();
  private final Timeout timeout =
      Timeout.builder("payments", Duration.ofSeconds(1)).timeSource(time).build();
  private final Pipeline pipeline =
      Pipeline.builder("payments", retry, breaker, bulkhead, timeout)
          .executor(Runnable::run)
          .build();

  @Test
  void call_success_returnsTheValue() {
    assertThat(pipeline.call(() -> "paid")).isEqualTo("paid");

    assertThat(breaker.counts().successes()).isEqualTo(1);
    assertThat(bulkhead.inFlight()).isZero();
    assertThat(time.pending()).isZero();
  }

  @Test
  void call_checkedException_passesThroughUntouched() {
    IOException failure = new IOException("down");

    assertThatThrownBy(() ->
            pipeline.call(() -> {
              throw failure;
            }))
        .isSameAs(failure);

    assertThat(breaker.counts().failures()).isEqualTo(4);
    assertThat(retry.retries()).isEqualTo(3);
    assertThat(bulkhead.inFlight()).isZero();
  }

  @Test
  void callAsync_failingTwice_completesWithTheThirdAnswer() {
    ManualTimeSource manual = new ManualTimeSource();
    Pipeline async =
        Pipeline.builder("async", Retry.builder("async").timeSource(manual).build())
            .executor(Runnable::run)
            .build();
    AtomicInteger attempts = new AtomicInteger();

    CompletableFuture<String> future =
        async.callAsync(() ->
            attempts.incrementAndGet() < 3
                ? CompletableFuture.failedFuture(new CompletionException(new IOException()))
                : CompletableFuture.completedFuture("paid"));
    manual.advance(Duration.ofMinutes(1));

    assertThat(future).isCompletedWithValue("paid");
    assertThat(manual.pending()).isZero();
  }

  @Test
  void tryCall_refused_isRejectedWithoutThrowing() {
    Outcome<Outcome<String>> nested =
        pipeline.tryCall(() -> Pipeline.of("inner", bulkhead).tryCall(() -> "never"));

    assertThat(nested).isInstanceOf(Outcome.Success.class);
    Outcome<String> inner = ((Outcome.Success<Outcome<String>>) nested).value();
    assertThat(inner).isInstanceOf(Outcome.Rejected.class);
    RejectedException refusal = ((Outcome.Rejected<String>) inner).refusal();
    assertThat(refusal).hasMessage("payments: the bulkhead is full");
  }

  @Test
  void call_asTheGuideShowsIt_compilesAndInfersTypes() throws IOException {
    String a = pipeline.call(() -> get(1));
    String b = pipeline.call(() -> get(2), Fallback.value("n/a"));
    CompletableFuture<String> c = pipeline.callAsync(() -> getAsync(3));
    CompletableFuture<String> d = pipeline.callAsync(() -> getAsync(4), Fallback.value("n/a"));
    Outcome<String> e = pipeline.tryCall(() -> get(5));

    assertThat(a + b + c.join() + d.join()).isEqualTo("1234");
    assertThat(e).isEqualTo(new Outcome.Success<>("5"));
  }

  private static String get(int id) throws IOException {
    if (id < 0) {
      throw new IOException("no such id");
    }
    return Integer.toString(id);
  }

  private static CompletableFuture<String> getAsync(int id) throws IOException {
    return CompletableFuture.completedFuture(get(id));
  }

  @Test
  void call_nullWithAFallback_isTheProgrammersError() {
    assertThatNullPointerException()
        .isThrownBy(() -> Pipeline.of("none").call(null, Fallback.value("n/a")));
    assertThatNullPointerException().isThrownBy(() -> Pipeline.of("none").tryCall(null));
  }
}
