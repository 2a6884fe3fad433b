// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every sentence that {@link Gate} says about the pipeline, for each way of calling. */
class GateSentencesTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final List<String> log = new ArrayList<>();
  private final List<Runnable> tasks = new ArrayList<>();
  private boolean queueing;

  enum Mode {
    CALL,
    TRY_CALL,
    ASYNC
  }

  /** Ends with the value or with what was thrown; moves the clock until there is an end. */
  private Object end(Mode mode, Pipeline pipeline, CheckedSupplier<Object, Exception> code) {
    try {
      if (mode == Mode.CALL) {
        return pipeline.call(code);
      }
      if (mode == Mode.TRY_CALL) {
        return pipeline.tryCall(code).<Object>fold(value -> value, error -> error, none -> none);
      }
    } catch (Throwable thrown) {
      return thrown;
    }
    queueing = true; // so that code which moves the clock is not run by the clock
    var future = pipeline.callAsync(() -> CompletableFuture.completedFuture(code.get()));
    for (int i = 0; i < 100 && !future.isDone(); i++) {
      time.advance(Duration.ofNanos(10));
      List<Runnable> due = List.copyOf(tasks);
      tasks.clear();
      due.forEach(Runnable::run);
    }
    return future.handle((value, error) -> error == null ? value : error).join();
  }

  private Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("p", policies).executor(this::execute).build();
  }

  private void execute(Runnable task) {
    if (queueing) {
      tasks.add(task);
    } else {
      task.run();
    }
  }

  private TestGate gate(String name, long answer) {
    return new TestGate(name, () -> answer, log);
  }

  private TestGate throwing(String name, RuntimeException thrown) {
    return new TestGate(
        name,
        () -> {
          throw thrown;
        },
        log);
  }

  /** So that the pipeline lives by the clock of this test. */
  private Bulkhead clock() {
    return Bulkhead.builder("clock", 9).timeSource(time).build();
  }

  private Timeout timeout(int seconds) {
    return Timeout.builder("timeout " + seconds, Duration.ofSeconds(seconds))
        .timeSource(time)
        .build();
  }

  private Retry retry() {
    return Retry.builder("retry")
        .maxAttempts(3)
        .backoff(Backoff.constant(Duration.ofNanos(100)))
        .timeSource(time)
        .build();
  }

  @AfterEach
  void noInterruptIsLeft() {
    Thread.interrupted();
  }

  static Stream<Arguments> runs() {
    List<Arguments> runs = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      for (int gates = 1; gates <= 9; gates++) {
        for (int timeoutAfter = 0; timeoutAfter <= gates; timeoutAfter += 2) {
          runs.add(Arguments.of(mode, gates, timeoutAfter));
        }
      }
    }
    return runs.stream();
  }

  private List<Policy> run(int gates, int timeoutAfter, List<TestGate> into) {
    List<Policy> policies = new ArrayList<>(List.of(clock()));
    for (int i = 0; i < gates; i++) {
      if (i == timeoutAfter) {
        policies.add(timeout(30));
      }
      TestGate gate = gate("g" + i, i % 3 == 2 ? -100 - i : i);
      into.add(gate);
      policies.add(gate);
    }
    return policies;
  }

  @ParameterizedTest
  @MethodSource("runs")
  void exit_runOfGates_comesOnceWithTheSameValueInReverseOrder(Mode mode, int count, int timeout) {
    List<TestGate> gates = new ArrayList<>();
    Pipeline pipeline = pipeline(run(count, timeout, gates).toArray(Policy[]::new));

    assertThat(end(mode, pipeline, () -> "value")).isEqualTo("value");

    List<String> exits = log.stream().filter(line -> line.startsWith("exit")).toList();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      expected.add("exit g" + i + " SUCCESS");
      long answer = i % 3 == 2 ? -100 - i : i;
      assertThat(gates.get(i).exits()).extracting(TestGate.Exit::permit).containsExactly(answer);
    }
    Collections.reverse(expected);
    assertThat(exits).containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void exit_gateFurtherInRefuses_isAbandonedInReverseOrder(Mode mode, int count, int timeout) {
    List<Policy> policies = run(count, timeout, new ArrayList<>());
    policies.add(gate("last", Gate.REFUSED));

    Object end = end(mode, pipeline(policies.toArray(Policy[]::new)), () -> "never");

    assertThat(end).isInstanceOf(RejectedException.class);
    assertThat(((RejectedException) end).policy()).isEqualTo("last");
    List<String> expected = new ArrayList<>();
    for (int i = count - 1; i >= 0; i--) {
      expected.add("exit g" + i + " ABANDONED");
    }
    assertThat(log.subList(count + 1, log.size())).containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void enter_throws_outerGatesAreAbandonedAndItPropagates(Mode mode, int count, int timeout) {
    List<TestGate> gates = new ArrayList<>();
    List<Policy> policies = run(count, timeout, gates);
    IllegalStateException broken = new IllegalStateException("enter");
    policies.add(throwing("last", broken));

    assertThat(end(mode, pipeline(policies.toArray(Policy[]::new)), () -> "never"))
        .isSameAs(broken);
    assertThat(gates)
        .allSatisfy(gate -> assertThat(gate.verdicts()).containsExactly(Verdict.ABANDONED));
  }

  @ParameterizedTest
  @EnumSource
  void enter_throwsInsideARetry_isNotRepeatedAndTheOutsideIsAbandoned(Mode mode) {
    AtomicInteger asked = new AtomicInteger();
    IllegalStateException broken = new IllegalStateException("enter");
    TestGate outer = gate("outer", 1);
    TestGate inner =
        new TestGate(
            "inner",
            () -> {
              asked.incrementAndGet();
              throw broken;
            },
            log);

    assertThat(end(mode, pipeline(outer, timeout(30), retry(), inner), () -> "never"))
        .isSameAs(broken);
    assertThat(asked).hasValue(1);
    assertThat(outer.verdicts()).containsExactly(Verdict.ABANDONED);
    assertThat(time.pending()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void enter_reservation_isWaitedForAndNotAskedAgain(Mode mode) {
    AtomicInteger asked = new AtomicInteger();
    TestGate pacing =
        new TestGate(
            "pacing",
            () -> {
              asked.incrementAndGet();
              return -500;
            },
            log);
    long[] began = new long[1];

    end(mode, pipeline(clock(), pacing), () -> began[0] = time.nanoTime());

    assertThat(began[0]).isEqualTo(500);
    assertThat(asked).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void enter_reservationBeyondTheDeadline_isHandedBackWithoutAWait(Mode mode) {
    TestGate outer = gate("outer", 3).needing(Gate.DURATION);
    TestGate pacing = gate("pacing", -500).needing(Gate.DURATION);
    Object end;
    try (var scope = Deadline.after(Duration.ofNanos(499), time).open()) {
      end = end(mode, pipeline(clock(), outer, pacing), () -> "never");
    }

    assertThat(end).isInstanceOf(RejectedException.class);
    assertThat(time.nanoTime()).isZero();
    assertThat(pacing.exits()).containsExactly(new TestGate.Exit(-500, 0, 0, Verdict.ABANDONED));
    assertThat(outer.exits()).containsExactly(new TestGate.Exit(3, 0, 0, Verdict.ABANDONED));
  }

  @ParameterizedTest
  @EnumSource(names = {"CALL", "TRY_CALL"})
  void enter_reservationInterrupted_isHandedBackWithTheFlagSet(Mode mode) {
    TestGate pacing = gate("pacing", -500);
    Thread.currentThread().interrupt();

    Object end = end(mode, pipeline(clock(), pacing), () -> "never");

    assertThat(end).isInstanceOf(CallInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(pacing.exits())
        .extracting(TestGate.Exit::permit, TestGate.Exit::verdict)
        .containsExactly(tuple(-500L, Verdict.ABANDONED));
  }

  @Test
  void enter_reservationCancelled_isHandedBack() {
    TestGate pacing = gate("pacing", -500);
    var future = pipeline(clock(), pacing).callAsync(() -> new CompletableFuture<>());

    future.cancel(true);

    assertThat(pacing.exits())
        .extracting(TestGate.Exit::permit, TestGate.Exit::verdict)
        .containsExactly(tuple(-500L, Verdict.ABANDONED));
    assertThat(time.pending()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void enter_afterAWait_isGivenTheClockReadAgain(Mode mode) {
    List<Long> times = new ArrayList<>();
    Gate watching =
        new Refusing(-1) {
          @Override
          public int needs() {
            return TIME_AT_ENTER;
          }

          @Override
          public long enter(long nowNanos) {
            times.add(nowNanos);
            return REFUSED;
          }
        };

    end(mode, pipeline(clock(), gate("pacing", -500), watching), () -> "value");

    assertThat(times).containsExactly(500L);
  }

  @ParameterizedTest
  @EnumSource
  void exit_queueingInFront_isNoPartOfTheDuration(Mode mode) {
    TestGate outer = gate("outer", 0).needing(Gate.DURATION);
    TestGate inner = gate("inner", 0).needing(Gate.DURATION);

    end(
        mode,
        pipeline(clock(), outer, timeout(30), gate("pacing", -500), inner),
        () -> {
          time.advance(Duration.ofNanos(70));
          return "value";
        });

    assertThat(outer.exits()).containsExactly(new TestGate.Exit(0, 500, 570, Verdict.SUCCESS));
    assertThat(inner.exits()).containsExactly(new TestGate.Exit(0, 500, 570, Verdict.SUCCESS));
  }

  @ParameterizedTest
  @EnumSource
  void exit_insideARetry_hasTimesOfItsOwn(Mode mode) {
    TestGate outer = gate("outer", 0).needing(Gate.DURATION);
    TestGate inner = gate("inner", 0).needing(Gate.DURATION);

    Object end =
        end(
            mode,
            pipeline(outer, retry(), inner),
            () -> {
              time.advance(Duration.ofNanos(10));
              throw new IOException("down");
            });

    assertThat(end).isInstanceOf(IOException.class);
    assertThat(outer.exits()).containsExactly(new TestGate.Exit(0, 0, 230, Verdict.FAILURE));
    assertThat(inner.exits())
        .containsExactly(
            new TestGate.Exit(0, 0, 10, Verdict.FAILURE),
            new TestGate.Exit(0, 110, 120, Verdict.FAILURE),
            new TestGate.Exit(0, 220, 230, Verdict.FAILURE));
  }

  static Stream<Arguments> verdicts() {
    List<Arguments> rows = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      rows.add(Arguments.of(mode, null, Verdict.SUCCESS));
      rows.add(Arguments.of(mode, new IOException("down"), Verdict.FAILURE));
      rows.add(Arguments.of(mode, new StackOverflowError("deep"), Verdict.FAILURE));
      rows.add(Arguments.of(mode, fired(), Verdict.FAILURE));
      rows.add(Arguments.of(mode, new InterruptedException("stop"), Verdict.ABANDONED));
      rows.add(Arguments.of(mode, new CancellationException("stop"), Verdict.ABANDONED));
      rows.add(Arguments.of(mode, new RejectedException("in", "full", -1L), Verdict.ABANDONED));
    }
    return rows.stream();
  }

  private static CallTimeoutException fired() {
    return new CallTimeoutException("further in", Duration.ofSeconds(1), null);
  }

  @ParameterizedTest
  @MethodSource("verdicts")
  void exit_everyEnding_hasItsDefaultVerdict(Mode mode, Throwable thrown, Verdict verdict) {
    TestGate outer = gate("outer", 0);
    TestGate inner = gate("inner", 0);

    Object end =
        end(
            mode,
            pipeline(outer, timeout(30), inner),
            () -> {
              if (thrown instanceof Error error) {
                throw error;
              }
              if (thrown != null) {
                throw (Exception) thrown;
              }
              return "value";
            });

    assertThat(end).isEqualTo(thrown == null ? "value" : thrown);
    assertThat(outer.verdicts()).containsExactly(verdict);
    assertThat(inner.verdicts()).containsExactly(verdict);
  }

  @Test
  void exit_timeoutOutsideTheGate_isAFailure() {
    TestGate outer = gate("outer", 0);
    TestGate inner = gate("inner", 0);
    var future =
        pipeline(outer, timeout(30), inner).callAsync(() -> new CompletableFuture<Object>());

    time.advance(Duration.ofSeconds(30));

    assertThat(future).isCompletedExceptionally();
    assertThat(outer.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(inner.verdicts()).containsExactly(Verdict.FAILURE);
  }

  @Test
  void exit_whatArrivesAfterTheEnd_isIgnored() {
    TestGate gate = gate("gate", 0);
    CompletableFuture<Object> stage = new StubbornStage();
    var future = pipeline(gate, timeout(30)).callAsync(() -> stage);
    time.advance(Duration.ofSeconds(30));

    stage.complete("late");
    future.cancel(true);

    assertThat(gate.verdicts()).containsExactly(Verdict.FAILURE);
    assertThat(future).isCompletedExceptionally();
  }

  @ParameterizedTest
  @EnumSource
  void exitAndJudge_throw_otherExitsRunAndTheResultStands(Mode mode) {
    TestGate outer = gate("outer", 0).failingJudge(new IllegalStateException("judge"));
    TestGate middle = gate("middle", 0).failingExit(new IllegalStateException("exit"));
    TestGate inner = gate("inner", 0);
    Pipeline pipeline = pipeline(outer, timeout(30), middle, inner);

    assertThat(end(mode, pipeline, () -> "value")).isEqualTo("value");

    assertThat(log).endsWith("exit inner SUCCESS", "exit middle SUCCESS", "exit outer SUCCESS");
    assertThat(pipeline.faults()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void retryAfterNanos_afterARefusal_isTold(Mode mode) {
    Object told = end(mode, pipeline(clock(), new Refusing(700)), () -> "never");
    Object unknown = end(mode, pipeline(clock(), new Refusing(-1)), () -> "never");

    assertThat(((RejectedException) told).retryAfter()).contains(Duration.ofNanos(700));
    assertThat(((RejectedException) unknown).retryAfter()).isEmpty();
  }

  @Test
  void needs_pipelineBuilt_isNotReadAgain() {
    AtomicInteger read = new AtomicInteger();
    Gate gate =
        new Refusing(-1) {
          @Override
          public int needs() {
            read.incrementAndGet();
            return 0;
          }
        };
    Pipeline pipeline = pipeline(gate);
    int before = read.get();

    for (Mode mode : Mode.values()) {
      end(mode, pipeline, () -> "never");
    }

    assertThat(read).hasValue(before);
  }

  /** Does not heed its cancellation. */
  private static final class StubbornStage extends CompletableFuture<Object> {
    @Override
    public boolean cancel(boolean interrupt) {
      return false;
    }
  }

  /** Refuses, and may say until when. */
  private static class Refusing implements Gate {
    private final long nanos;

    Refusing(long nanos) {
      this.nanos = nanos;
    }

    @Override
    public String name() {
      return "refusing";
    }

    @Override
    public long enter(long nowNanos) {
      return REFUSED;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
      throw new AssertionError("nobody was let in");
    }

    @Override
    public long retryAfterNanos(long nowNanos) {
      return nanos;
    }
  }
}
