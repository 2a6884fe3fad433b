// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Latency;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.Registration;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code join()}, {@code get()} and dependent stages put around an error changes nothing but
 * what the caller catches.
 */
@org.junit.jupiter.api.Timeout(30)
class WrappedErrorsTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final Counters meters = new Counters();
  private final CircuitBreaker breaker =
      CircuitBreaker.builder("breaker").window(100).timeSource(time).build();
  private final TestGate gate = new TestGate("gate", 0);
  private final Retry retry =
      Retry.builder("retry").maxAttempts(3).withoutBudget().timeSource(time).build();
  private final AtomicInteger attempts = new AtomicInteger();

  /** What an error is worth. */
  private enum Kind {
    FAILURE,
    ABANDONED,
    REFUSED,
    ERROR
  }

  private enum Way {
    CALL,
    TRY_CALL,
    CALL_ASYNC
  }

  private enum Wrapper {
    NONE,
    JOIN,
    GET,
    STAGES_IN_GET;

    Throwable around(Throwable error) {
      return switch (this) {
        case NONE -> error;
        case JOIN -> new CompletionException(error);
        case GET -> new ExecutionException(error);
        case STAGES_IN_GET ->
            new ExecutionException(new CompletionException(new CompletionException(error)));
      };
    }
  }

  private static RejectedException refusal() {
    return new RejectedException("inner", "full", -1L);
  }

  static Stream<Arguments> everything() {
    List<Arguments> rows = new ArrayList<>();
    for (Way way : Way.values()) {
      for (Wrapper wrapper : Wrapper.values()) {
        rows.add(of(way, wrapper, new IOException("backend"), Kind.FAILURE));
        rows.add(of(way, wrapper, new TimeoutException("client"), Kind.FAILURE));
        rows.add(
            of(
                way,
                wrapper,
                new CallTimeoutException("inner", Duration.ofSeconds(1), null),
                Kind.FAILURE));
        rows.add(of(way, wrapper, refusal(), Kind.REFUSED));
        rows.add(of(way, wrapper, new CancellationException("caller"), Kind.ABANDONED));
        rows.add(of(way, wrapper, new InterruptedException("thread"), Kind.ABANDONED));
        rows.add(
            of(
                way,
                wrapper,
                new CallInterruptedException("inner", new InterruptedException()),
                Kind.ABANDONED));
        rows.add(of(way, wrapper, new ClosedByInterruptException(), Kind.ABANDONED));
        rows.add(of(way, wrapper, new AssertionError("code"), Kind.ERROR));
      }
    }
    return rows.stream();
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("outer", policies).executor(Runnable::run).telemetry(meters).build();
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> String raise(Throwable error) throws X {
    throw (X) error;
  }

  private String failing(Throwable error) throws Exception {
    attempts.getAndIncrement();
    return raise(error);
  }

  /** What the caller gets: a value, an outcome, or what was thrown at it or into its future. */
  private Object end(Way way, Pipeline pipeline, Throwable thrown) {
    CheckedSupplier<String, Exception> code = () -> failing(thrown);
    try {
      return switch (way) {
        case CALL -> pipeline.call(code);
        case TRY_CALL -> pipeline.tryCall(code);
        case CALL_ASYNC ->
            await(pipeline.callAsync(() -> CompletableFuture.completedFuture(code.get())));
      };
    } catch (Throwable error) {
      return error;
    }
  }

  private Object await(CompletableFuture<String> future) throws Throwable {
    time.advance(Duration.ofMinutes(1)); // every backoff
    assertThat(future).isDone();
    // Not join(), which makes another CancellationException of one since JDK 25.
    AtomicReference<Throwable> error = new AtomicReference<>();
    var unused = future.whenComplete((value, thrown) -> error.set(thrown));
    if (error.get() != null) {
      throw error.get();
    }
    return future.join();
  }

  @AfterEach
  void noInterruptIsLeft() {
    Thread.interrupted();
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("everything")
  void wrappedError_anyCall_isJudgedAsTheErrorInside(
      Way way, Wrapper wrapper, Throwable error, Kind kind) {
    Pipeline pipeline = pipeline(retry, gate, breaker);

    end(way, pipeline, wrapper.around(error));

    boolean counts = kind == Kind.FAILURE || kind == Kind.ERROR;
    int expected = kind == Kind.FAILURE ? 3 : 1;
    assertThat(attempts).as("attempts").hasValue(expected);
    assertThat(breaker.counts().failures())
        .as("failures of the backend")
        .isEqualTo(counts ? expected : 0);
    assertThat(gate.verdicts())
        .as("verdicts")
        .hasSize(expected)
        .containsOnly(counts ? Verdict.FAILURE : Verdict.ABANDONED);
    assertThat(meters.read("tenfold.resilience.pipeline.refused"))
        .as("refused calls")
        .isEqualTo(kind == Kind.REFUSED ? 1 : 0);
    assertThat(meters.read("tenfold.resilience.pipeline.failures"))
        .as("failed calls")
        .isEqualTo(kind == Kind.REFUSED ? 0 : 1);
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("everything")
  void wrappedError_anyCall_isCaughtAsThrown(Way way, Wrapper wrapper, Throwable error, Kind kind) {
    Throwable thrown = wrapper.around(error);

    Object end = end(way, pipeline(gate, breaker), thrown);

    if (way == Way.CALL_ASYNC) { // a future takes CompletionExceptions off, as it always did
      assertThat(end).isSameAs(wrapper == Wrapper.JOIN ? error : thrown);
    } else if (way == Way.CALL || thrown instanceof Error) {
      assertThat(end).isSameAs(thrown);
    } else if (kind == Kind.REFUSED) {
      assertThat(end)
          .isInstanceOfSatisfying(
              Outcome.Rejected.class, refused -> assertThat(refused.refusal()).isSameAs(error));
    } else {
      assertThat(end)
          .isInstanceOfSatisfying(
              Outcome.Failure.class, failed -> assertThat(failed.error()).isSameAs(thrown));
    }
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("everything")
  void wrappedError_userCodeThatJudges_isGivenTheErrorInside(
      Way way, Wrapper wrapper, Throwable error, Kind kind) {
    List<Throwable> seen = new ArrayList<>();
    Classifier classifier =
        (value, given) -> {
          seen.add(given);
          return Verdict.IGNORED;
        };
    CircuitBreaker judging =
        CircuitBreaker.builder("judging")
            .classifier(classifier)
            .openOn((value, given) -> {
              seen.add(given);
              return null;
            })
            .timeSource(time)
            .build();
    Retry judgingRetry = Retry.builder("judging").classifier(classifier).timeSource(time).build();
    Gate foreign = new JudgingGate(seen);

    end(way, pipeline(judgingRetry, foreign, judging), wrapper.around(error));

    boolean asked = kind == Kind.FAILURE || kind == Kind.ERROR;
    assertThat(seen).hasSize(kind == Kind.FAILURE ? 4 : asked ? 3 : 0);
    assertThat(seen).allSatisfy(given -> assertThat(given).isSameAs(error));
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("everything")
  void wrappedError_fallback_decidesByTheErrorInside(
      Way way, Wrapper wrapper, Throwable error, Kind kind) {
    List<Throwable> seen = new ArrayList<>();
    Throwable thrown = wrapper.around(error);
    Pipeline pipeline = pipeline(breaker);
    Fallback<String> fallback =
        Fallback.<String>of(
                given -> {
                  seen.add(given);
                  return "fallback";
                })
            .when(given -> {
              seen.add(given);
              return true;
            });
    Object end;
    try {
      end =
          way == Way.CALL_ASYNC
              ? await(pipeline.callAsync(() -> CompletableFuture.failedFuture(thrown), fallback))
              : pipeline.call(() -> failing(thrown), fallback);
    } catch (Throwable caught) {
      end = caught;
    }

    boolean standsIn = kind == Kind.FAILURE || kind == Kind.REFUSED;
    assertThat(seen).hasSize(standsIn ? 2 : 0);
    assertThat(seen).allSatisfy(given -> assertThat(given).isSameAs(error));
    if (standsIn) {
      assertThat(end).isEqualTo("fallback");
    } else {
      assertThat(end).isInstanceOf(Throwable.class);
    }
  }

  @Test
  void nestedPipeline_refusesBehindJoinAndGet_isARefusalOfTheOuterToo() throws Exception {
    Bulkhead full = Bulkhead.builder("full", 1).timeSource(time).build();
    Pipeline in = Pipeline.of("in", full);
    in.callAsync(CompletableFuture::new);
    Pipeline out = pipeline(retry, gate, breaker);

    Outcome<String> byJoin =
        out.tryCall(() -> in.callAsync(() -> CompletableFuture.completedFuture("in")).join());
    Outcome<String> byGet =
        out.tryCall(() -> in.callAsync(() -> CompletableFuture.completedFuture("in")).get());

    assertThat(List.of(byJoin, byGet))
        .allSatisfy(outcome ->
            assertThat(outcome)
                .isInstanceOfSatisfying(
                    Outcome.Rejected.class,
                    refused -> assertThat(refused.refusal().policy()).isEqualTo("full")));
    assertThat(gate.verdicts()).containsExactly(Verdict.ABANDONED, Verdict.ABANDONED);
    assertThat(breaker.counts().failures()).isZero();
    assertThat(retry.retries()).isZero();
  }

  @Test
  void wrappedRefusal_retryOfRefusals_honoursWhatItAsksFor() {
    Retry refusals =
        Retry.builder("refusals")
            .maxAttempts(2)
            .backoff(Backoff.constant(Duration.ZERO))
            .retryRefusals()
            .timeSource(time)
            .build();
    RejectedException refusal = new RejectedException("inner", "later", 3_000_000_000L);

    end(Way.CALL, pipeline(refusals), new CompletionException(refusal));

    assertThat(attempts).hasValue(2);
    assertThat(time.nanoTime()).isEqualTo(3_000_000_000L);
  }

  /** A domain's own exception may extend a wrapper's class; it means something. */
  @Test
  void subclassOfAWrapper_classifier_isGivenItAsThrown() {
    List<Throwable> seen = new ArrayList<>();
    class Domain extends ExecutionException {
      private static final long serialVersionUID = 1L;

      Domain() {
        super("domain", refusal());
      }
    }
    Domain thrown = new Domain();

    end(Way.CALL, pipeline(new JudgingGate(seen)), thrown);

    assertThat(seen).containsExactly(thrown);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void subclassOfCompletionException_everyWay_isGivenToTheClassifierAsThrown(Way way) {
    List<Throwable> seen = new ArrayList<>();
    class Domain extends CompletionException {
      private static final long serialVersionUID = 1L;

      Domain() {
        super("domain", refusal());
      }
    }
    Domain thrown = new Domain();

    end(way, pipeline(new JudgingGate(seen)), thrown);

    assertThat(seen).containsExactly(thrown);
  }

  /** Telemetry that reads counters. */
  private static final class Counters implements Telemetry {
    private final Map<String, LongSupplier> counters = new HashMap<>();

    long read(String name) {
      return counters.get(name).getAsLong();
    }

    @Override
    public Registration counter(String name, Tags tags, LongSupplier read) {
      counters.put(name, read);
      return () -> {};
    }

    @Override
    public Registration gauge(String name, Tags tags, DoubleSupplier read) {
      return () -> {};
    }

    @Override
    public Latency latency(String name, Tags tags) {
      return Telemetry.none().latency(name, tags);
    }

    @Override
    public void event(String name, Tags tags) {}
  }

  /** Writes down what it is asked to judge. */
  private record JudgingGate(List<Throwable> seen) implements Gate {
    @Override
    public String name() {
      return "judging";
    }

    @Override
    public long enter(long nowNanos) {
      return 0;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {}

    @Override
    public Verdict judge(Object value, Throwable error) {
      seen.add(error);
      return null;
    }
  }
}
