// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ends of attempts earn a {@link RetryBudget} its share, in each way to call. */
class RetryEarningTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final RetryBudget budget =
      RetryBudget.builder().burst(10).ratio(0.25).timeSource(time).build();

  enum Way {
    CALL,
    TRY_CALL,
    CALL_ASYNC
  }

  /** Makes one call whose attempts end as listed. */
  private void make(Way way, Pipeline pipeline, Object... ends) {
    Deque<Object> left = new ArrayDeque<>(List.of(ends));
    switch (way) {
      case CALL -> {
        try {
          pipeline.call(() -> end(left));
        } catch (Exception failed) {
          assertThat(failed).isIn(ends);
        }
      }
      case TRY_CALL -> {
        Outcome<Object> outcome = pipeline.tryCall(() -> end(left));
        assertThat(outcome).isNotNull();
      }
      case CALL_ASYNC -> {
        CompletableFuture<Object> future = pipeline.callAsync(() -> stage(left));
        for (int waits = ends.length; waits > 1; waits--) {
          time.advance(Duration.ofNanos(1));
        }
        assertThat(future).isDone();
      }
    }
    assertThat(left).as("attempts that were not made").isEmpty();
  }

  private static Object end(Deque<Object> ends) throws Exception {
    Object end = ends.pop();
    if (end instanceof Exception failure) {
      throw failure;
    }
    return end;
  }

  private static CompletableFuture<Object> stage(Deque<Object> ends) {
    try {
      return CompletableFuture.completedFuture(end(ends));
    } catch (Exception failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }

  private Retry.Builder retry() {
    return Retry.builder("retry")
        .backoff(Backoff.constant(Duration.ZERO))
        .budget(budget)
        .timeSource(time);
  }

  /** Spends five retries, makes the call and returns what it earned less what it took. */
  private double earned(Way way, Retry retry, Object... ends) {
    for (int i = 0; i < 5; i++) {
      assertThat(budget.tryTake()).isTrue();
    }
    double before = budget.available();
    Pipeline pipeline = Pipeline.builder("earning", retry).executor(Runnable::run).build();
    make(way, pipeline, ends);
    return budget.available() - before;
  }

  @ParameterizedTest
  @EnumSource
  void firstAttemptSucceeds_earnsTheRatio(Way way) {
    assertThat(earned(way, retry().build(), "up")).isCloseTo(0.25, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource
  void successAfterAnOuterTimeout_earnsNothing(Way way) {
    for (int i = 0; i < 5; i++) {
      assertThat(budget.tryTake()).isTrue();
    }
    double before = budget.available();
    Timeout outer = Timeout.builder("outer", Duration.ofSeconds(1)).timeSource(time).build();
    Pipeline pipeline = Pipeline.of("earning", outer, retry().build());
    CheckedSupplier<String, RuntimeException> late =
        () -> {
          time.advance(Duration.ofSeconds(2));
          return "late";
        };

    Object end =
        switch (way) {
          case CALL -> catchThrowable(() -> pipeline.call(late));
          case TRY_CALL -> pipeline.tryCall(late);
          case CALL_ASYNC ->
              pipeline.callAsync(() -> CompletableFuture.completedFuture(late.get()));
        };

    assertThat(end).isNotNull().isNotInstanceOf(Outcome.Success.class);
    assertThat(budget.available()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void laterAttemptSucceeds_earnsTheRatioOnce(Way way) {
    Retry retry = retry().build();

    assertThat(earned(way, retry, new IOException(), new IOException(), "up"))
        .isCloseTo(0.25 - 2, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource
  void everyAttemptFails_earnsNothing(Way way) {
    Retry retry = retry().maxAttempts(2).build();

    assertThat(earned(way, retry, new IOException(), new IOException())).isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource
  void refusalOrCancellation_earnsNothing(Way way) {
    assertThat(earned(way, retry().build(), new RejectedException("gate", "full", null))).isZero();
    assertThat(earned(way, retry().build(), new CancellationException())).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void errorThatIsASuccessToTheClassifier_earnsTheRatio(Way way) {
    Retry retry = retry().classifier((value, error) -> Verdict.SUCCESS).build();

    assertThat(earned(way, retry, new IOException("not found"))).isCloseTo(0.25, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource
  void whatTheClassifierIgnores_earnsNothing(Way way) {
    Retry retry = retry().classifier((value, error) -> Verdict.IGNORED).build();

    assertThat(earned(way, retry, "not our business")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void valueThatIsAFailureToTheClassifier_earnsNothing(Way way) {
    Classifier busy = (value, error) -> "busy".equals(value) ? Verdict.FAILURE : null;
    Retry retry = retry().classifier(busy).maxAttempts(2).build();

    assertThat(earned(way, retry, "busy", "up")).isCloseTo(0.25 - 1, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource
  void backendThatAnswersOnlyTheSecondAttempt_isNotLockedOutForEver(Way way) {
    Retry retry = retry().build();
    Pipeline pipeline = Pipeline.builder("stale", retry).executor(Runnable::run).build();
    for (int hour = 0; hour < 100; hour++) {
      time.advance(Duration.ofHours(1));
      make(way, pipeline, new IOException("stale connection"), "up");
    }

    assertThat(retry.retries()).isEqualTo(100);
    assertThat(retry.denied()).isZero();
  }
}
