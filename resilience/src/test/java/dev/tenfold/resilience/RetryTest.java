// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@org.junit.jupiter.api.Timeout(30)
class RetryTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final AtomicInteger attempts = new AtomicInteger();

  private Retry.Builder builder() {
    return Retry.builder("retry").backoff(Backoff.constant(SECOND)).timeSource(time);
  }

  private String fail(Retry retry, Throwable error) throws Exception {
    return Pipeline.of("retries", retry)
        .call(() -> {
          attempts.incrementAndGet();
          if (error instanceof Error fatal) {
            throw fatal;
          }
          throw (Exception) error;
        });
  }

  static Throwable[] neverRepeated() {
    return new Throwable[] {
      new StackOverflowError(),
      new InterruptedException(),
      new CancellationException(),
      new CallInterruptedException("inner", null),
      new RejectedException("inner", "full", null)
    };
  }

  @ParameterizedTest
  @MethodSource("neverRepeated")
  void call_whatIsNoFailure_isNotRepeated(Throwable error) {
    Retry retry = builder().build();

    assertThatThrownBy(() -> fail(retry, error)).isSameAs(error);

    assertThat(attempts).hasValue(1);
    assertThat(retry.retries()).isZero();
  }

  @Test
  void call_attemptsExhausted_throwsTheLastUnchanged() {
    Retry retry = builder().maxAttempts(3).build();
    IOException down = new IOException("down");

    assertThatThrownBy(() -> fail(retry, down)).isSameAs(down).hasNoSuppressedExceptions();

    assertThat(attempts).hasValue(3);
    assertThat(time.nanoTime()).isEqualTo(SECOND.multipliedBy(2).toNanos());
    assertThat(retry.exhausted()).isEqualTo(1);
  }

  @Test
  void call_valueClassifiedAsFailure_isRepeatedAndThenReturned() {
    Retry retry =
        builder()
            .maxAttempts(3)
            .classifier((value, error) -> "busy".equals(value) ? Verdict.FAILURE : null)
            .build();

    String value =
        Pipeline.of("retries", retry)
            .call(() -> {
              attempts.incrementAndGet();
              return "busy";
            });

    assertThat(value).isEqualTo("busy");
    assertThat(attempts).hasValue(3);
  }

  @Test
  void call_exceptionClassifiedAsIgnored_isNotRepeated() {
    Retry retry = builder().classifier((value, error) -> Verdict.IGNORED).build();

    assertThatThrownBy(() -> fail(retry, new IOException())).isInstanceOf(IOException.class);

    assertThat(attempts).hasValue(1);
  }

  @Test
  void call_classifierThrows_theDefaultHolds() {
    Retry retry =
        builder()
            .maxAttempts(2)
            .classifier((value, error) -> {
              throw new IllegalStateException("classifier");
            })
            .build();

    assertThatThrownBy(() -> fail(retry, new IOException())).isInstanceOf(IOException.class);

    assertThat(attempts).hasValue(2);
    assertThat(retry.faults()).isEqualTo(2);
  }

  @Test
  void call_backoffThrows_isNotRepeated() {
    Retry retry =
        builder()
            .backoff((failures, random) -> {
              throw new IllegalStateException("backoff");
            })
            .build();

    assertThatThrownBy(() -> fail(retry, new IOException())).isInstanceOf(IOException.class);

    assertThat(attempts).hasValue(1);
    assertThat(retry.faults()).isEqualTo(1);
  }

  @Test
  void call_deadBackend_isRepeatedForTheBurstAndThenOnceInTenSeconds() {
    Retry retry = builder().backoff(Backoff.constant(Duration.ZERO)).build();
    for (int call = 0; call < 6_000; call++) {
      assertThatThrownBy(() -> fail(retry, new IOException())).isInstanceOf(IOException.class);
      time.advance(Duration.ofMillis(10));
    }

    assertThat(retry.retries()).isEqualTo(10 + 5); // a minute: 10 s, 20 s, ..., 50 s
    assertThat(attempts).hasValue(6_000 + 15);
  }

  @Test
  void call_budgetSpent_isNotRepeated() {
    RetryBudget budget = RetryBudget.builder().burst(1).timeSource(time).build();
    Retry retry = builder().budget(budget).build();

    assertThatThrownBy(() -> fail(retry, new IOException())).isInstanceOf(IOException.class);

    assertThat(attempts).hasValue(2);
    assertThat(retry.denied()).isEqualTo(1);
    assertThat(budget.denied()).isEqualTo(1);
  }

  @Test
  void call_deadlineBeforeTheNextAttempt_doesNotWait() {
    Retry retry = builder().build();
    try (var scope = Deadline.after(SECOND, time).open()) {
      assertThatThrownBy(() -> fail(retry, new IOException())).isInstanceOf(IOException.class);
    }

    assertThat(attempts).hasValue(1);
    assertThat(time.nanoTime()).isZero();
  }

  @Test
  void call_maxDuration_beginsNoAttemptLater() {
    Retry retry = builder().maxAttempts(9).maxDuration(Duration.ofMillis(2_500)).build();

    assertThatThrownBy(() -> fail(retry, new IOException())).isInstanceOf(IOException.class);

    assertThat(attempts).hasValue(3);
  }

  @Test
  void call_interruptedBetweenAttempts_stopsWithTheFlagSet() {
    Retry retry = builder().build();
    IOException down = new IOException("down");

    assertThatThrownBy(() ->
            Pipeline.of("retries", retry)
                .call(() -> {
                  attempts.incrementAndGet();
                  Thread.currentThread().interrupt();
                  throw down;
                }))
        .isInstanceOf(CallInterruptedException.class)
        .hasCause(down);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(attempts).hasValue(1);
  }

  @Test
  void call_refusalsAskedFor_areRepeatedAfterWhatTheyAsk() {
    Retry retry = builder().maxAttempts(2).retryRefusals().build();

    assertThatThrownBy(
            () -> fail(retry, new RejectedException("inner", "busy", Duration.ofSeconds(3))))
        .isInstanceOf(RejectedException.class);

    assertThat(attempts).hasValue(2);
    assertThat(time.nanoTime()).isEqualTo(Duration.ofSeconds(3).toNanos());
  }

  @Test
  void call_refusalAskingForMore_waitsFiveSecondsBeyondTheBackoffAtMost() {
    Retry retry = builder().maxAttempts(2).retryRefusals().build();

    assertThatThrownBy(
            () -> fail(retry, new RejectedException("inner", "busy", Duration.ofSeconds(20))))
        .isInstanceOf(RejectedException.class);

    assertThat(attempts).hasValue(2);
    assertThat(time.nanoTime()).isEqualTo(Duration.ofSeconds(6).toNanos());
  }

  @Test
  void call_refusalAskingForMoreThanMaxDuration_isNotRepeated() {
    Retry retry = builder().retryRefusals().build();

    assertThatThrownBy(
            () -> fail(retry, new RejectedException("inner", "busy", Duration.ofDays(3))))
        .isInstanceOf(RejectedException.class);

    assertThat(attempts).hasValue(1);
    assertThat(time.nanoTime()).isZero();
    assertThat(retry.exhausted()).isEqualTo(1);
  }

  @Test
  void call_breakerOpenForLongerThanTheDeadline_isNotRepeated() {
    CircuitBreaker open =
        CircuitBreaker.builder("inner")
            .consecutiveFailures(1)
            .openFor(Duration.ofSeconds(5))
            .timeSource(time)
            .build();
    Retry retry = builder().maxAttempts(9).retryRefusals().build();
    Pipeline pipeline = Pipeline.of("retries", retry, open);
    try (var scope = Deadline.after(Duration.ofSeconds(3), time).open()) {
      assertThatThrownBy(() ->
              pipeline.call(() -> {
                attempts.incrementAndGet();
                throw new IOException("down");
              }))
          .isInstanceOf(RejectedException.class);
    }

    assertThat(attempts).hasValue(1);
    assertThat(time.nanoTime()).as("the wait before the refusal").isEqualTo(SECOND.toNanos());
  }

  @Test
  void call_resultAskingForTime_waitsAtLeastThat() {
    Retry retry =
        builder()
            .maxAttempts(2)
            .classifier((value, error) -> value instanceof Duration ? Verdict.FAILURE : null)
            .retryAfter((value, error) -> value instanceof Duration wait ? wait : null)
            .build();

    Duration answer = Pipeline.of("retries", retry).call(() -> Duration.ofMillis(4_500));

    assertThat(answer).isEqualTo(Duration.ofMillis(4_500));
    assertThat(time.nanoTime()).isEqualTo(answer.toNanos());
  }

  @Test
  void call_exceptionAskingForLess_waitsTheBackoff() {
    Retry retry =
        builder().maxAttempts(2).retryAfter((value, error) -> Duration.ofMillis(5)).build();

    assertThatThrownBy(() -> fail(retry, new IOException("busy"))).hasMessage("busy");

    assertThat(time.nanoTime()).isEqualTo(SECOND.toNanos());
  }

  @Test
  void call_backendAskingForMoreThanTheDeadline_isNotRepeated() {
    Retry retry = builder().retryAfter((value, error) -> Duration.ofSeconds(8)).build();
    try (var scope = Deadline.after(Duration.ofSeconds(7), time).open()) {
      assertThatThrownBy(() -> fail(retry, new IOException("busy"))).hasMessage("busy");
    }

    assertThat(attempts).hasValue(1);
    assertThat(time.nanoTime()).isZero();
    assertThat(retry.retries()).isZero();
  }

  @Test
  void call_readerOfRetryAfterThrowsOrAnswersNonsense_theBackoffHolds() {
    Retry throwing =
        builder()
            .maxAttempts(2)
            .retryAfter((value, error) -> {
              throw new IllegalStateException("reader");
            })
            .build();
    Retry negative =
        builder()
            .maxAttempts(2)
            .retryAfter((value, error) -> Duration.ofSeconds(Long.MIN_VALUE))
            .build();
    for (Retry retry : List.of(throwing, negative)) {
      assertThatThrownBy(() -> fail(retry, new IOException("down"))).hasMessage("down");
    }

    assertThat(time.nanoTime()).isEqualTo(2 * SECOND.toNanos());
    assertThat(throwing.faults()).isEqualTo(1);
    assertThat(negative.faults()).isZero();
  }

  @Test
  void call_listener_hearsOfEveryAttemptBeyondTheFirst() {
    List<String> heard = new ArrayList<>();
    Retry retry =
        builder()
            .maxAttempts(3)
            .classifier((value, error) -> "busy".equals(value) ? Verdict.FAILURE : null)
            .onRetry((attempt, waited, value, error) ->
                heard.add(attempt + " " + waited + " " + value + " " + error + " " + attempts))
            .build();

    Pipeline.of("retries", retry)
        .call(() -> {
          if (attempts.incrementAndGet() == 2) {
            throw new IllegalStateException("down");
          }
          return "busy";
        });

    assertThat(heard)
        .containsExactly(
            "2 PT1S busy null 1", "3 PT1S null java.lang.IllegalStateException: down 2");
  }

  @Test
  void callAsync_listener_hasTheContextOfTheCaller() {
    Ambient.Key<String> tenant = Ambient.key("tenant");
    List<String> heard = new ArrayList<>();
    ManualTimeSource manual = new ManualTimeSource();
    Retry retry =
        builder()
            .maxAttempts(2)
            .timeSource(manual)
            .onRetry((attempt, waited, value, error) ->
                heard.add(attempt + " " + error + " " + Ambient.get(tenant)))
            .build();
    Pipeline pipeline = Pipeline.builder("retries", retry).executor(Runnable::run).build();
    try (var scope = Ambient.open(tenant, "acme")) {
      pipeline.callAsync(() -> CompletableFuture.failedFuture(new IOException("down")));
    }
    assertThat(heard).as("before the wait").isEmpty();
    manual.advance(SECOND);

    assertThat(heard).containsExactly("2 java.io.IOException: down acme");
  }

  @Test
  void call_listenerThrows_isCountedAndTheRetryGoesOn() {
    Retry retry =
        builder()
            .maxAttempts(3)
            .onRetry((attempt, waited, value, error) -> {
              throw new StackOverflowError("listener");
            })
            .build();

    assertThatThrownBy(() -> fail(retry, new IOException("down"))).hasMessage("down");

    assertThat(attempts).hasValue(3);
    assertThat(retry.faults()).isEqualTo(2);
  }

  @Test
  void callAsync_deadlineOfTheCaller_holdsAtLaterAttempts() {
    ManualTimeSource manual = new ManualTimeSource();
    Retry retry =
        Retry.builder("retry").backoff(Backoff.constant(SECOND)).timeSource(manual).build();
    Pipeline pipeline = Pipeline.builder("retries", retry).executor(Runnable::run).build();
    CompletableFuture<String> future;
    try (var scope = Deadline.after(Duration.ofMillis(1_500), manual).open()) {
      future =
          pipeline.callAsync(() -> {
            attempts.incrementAndGet();
            return CompletableFuture.failedFuture(new IOException());
          });
    }
    manual.advance(Duration.ofMinutes(1));

    assertThat(future).isCompletedExceptionally();
    assertThat(attempts).hasValue(2);
  }

  @Test
  void build_contradictions_areNamed() {
    RetryBudget budget = RetryBudget.builder().timeSource(time).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().budget(budget).withoutBudget().build())
        .withMessageContaining("budget and withoutBudget");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Retry.builder("retry").budget(budget).build())
        .withMessageContaining("timeSource");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().maxAttempts(1))
        .withMessageContaining(
            "maxAttempts of retry \"retry\", which counts the first attempt, is 1; it must be from 2 to 100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().maxAttempts(101))
        .withMessageContaining(" is 101");
  }

  @Test
  void call_sleptBeyondTheDeadline_beginsNoAttempt() {
    Retry retry = builder().timeSource(new Oversleeping(time, SECOND)).build();

    try (var scope = Deadline.after(SECOND.multipliedBy(2), time).open()) {
      assertThatThrownBy(() -> fail(retry, new IOException("down"))).hasMessage("down");
    }

    assertThat(attempts).hasValue(1);
    assertThat(retry.exhausted()).isEqualTo(1);
  }

  @Test
  void call_sleptBeyondMaxDuration_beginsNoAttempt() {
    Retry retry =
        builder()
            .maxDuration(SECOND.plusNanos(1))
            .timeSource(new Oversleeping(time, SECOND))
            .build();

    assertThatThrownBy(() -> fail(retry, new IOException("down"))).hasMessage("down");

    assertThat(attempts).hasValue(1);
  }

  @Test
  void callAsync_executorLaterThanTheDeadline_beginsNoAttempt() {
    ManualTimeSource clock = new ManualTimeSource();
    Retry retry = builder().timeSource(clock).build();
    List<Runnable> tasks = new ArrayList<>();
    Pipeline pipeline = Pipeline.builder("retries", retry).executor(tasks::add).build();
    CompletableFuture<String> result;
    try (var scope = Deadline.after(SECOND.multipliedBy(2), clock).open()) {
      result =
          pipeline.callAsync(() -> {
            attempts.incrementAndGet();
            return CompletableFuture.failedFuture(new IOException("down"));
          });
    }
    clock.advance(SECOND.multipliedBy(2));
    tasks.forEach(Runnable::run);

    assertThat(attempts).hasValue(1);
    assertThatThrownBy(result::join).hasRootCauseMessage("down");
    assertThat(retry.exhausted()).isEqualTo(1);
  }

  /** A clock whose sleeps last longer than asked for, as on a loaded machine. */
  private static final class Oversleeping extends DelegatingTimeSource {
    private final Duration tooLong;

    Oversleeping(TimeSource time, Duration tooLong) {
      super(time);
      this.tooLong = tooLong;
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
      super.sleep(nanos + tooLong.toNanos());
    }
  }
}
