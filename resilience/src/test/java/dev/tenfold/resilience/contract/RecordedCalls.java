// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Policy;
import dev.tenfold.resilience.Timeout;
import dev.tenfold.resilience.Verdict;
import dev.tenfold.resilience.contract.RecordingGate.Judged;
import dev.tenfold.resilience.contract.RecordingGate.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Calls through a gate that stands between two neighbours. Each of the three writes down what it is
 * told; the neighbours want every time.
 */
abstract class RecordedCalls {
  static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration TOOK = Duration.ofNanos(70);

  final ManualTimeSource clock = ManualTimeSource.autoAdvancing();
  final List<Told> log = Collections.synchronizedList(new ArrayList<>());
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  final RecordingGate outer = neighbour("outer", () -> 7);
  final RecordingGate inner = neighbour("inner", () -> Long.MAX_VALUE);
  RecordingGate gate = outer; // until there is the one under test
  @Nullable Long beganNanos;

  enum Way {
    CALL,
    TRY_CALL,
    CALL_ASYNC
  }

  abstract Gate gateUnderTest(ManualTimeSource clock);

  @BeforeEach
  final void makeGate() {
    gate = new RecordingGate(gateUnderTest(clock), clock, log);
  }

  @AfterEach
  final void noInterruptAndNoTimerIsLeft() {
    Thread.interrupted();
    assertThat(clock.pending()).as("a call that has ended leaves no timer").isZero();
  }

  final RecordingGate neighbour(String name, LongSupplier answer) {
    return new RecordingGate(new Neighbour(name, answer), clock, log);
  }

  final Pipeline pipeline(Policy... policies) {
    return Pipeline.builder("contract", policies).executor(tasks::add).build();
  }

  final Timeout minute() {
    return Timeout.builder("minute", MINUTE).timeSource(clock).build();
  }

  final Object took(@Nullable Exception thrown) throws Exception {
    beganNanos = clock.nanoTime();
    clock.sleep(TOOK.toNanos());
    if (thrown != null) {
      throw thrown;
    }
    return "value";
  }

  /** Makes the call and returns its value or what it threw; moves the clock until it has ended. */
  final Object end(Way way, Pipeline pipeline, CheckedSupplier<Object, Exception> code) {
    try {
      return switch (way) {
        case CALL -> pipeline.call(code);
        case TRY_CALL ->
            pipeline.tryCall(code).<Object>fold(value -> value, error -> error, none -> none);
        case CALL_ASYNC ->
            end(pipeline.callAsync(() -> CompletableFuture.completedFuture(code.get())));
      };
    } catch (Throwable thrown) {
      return thrown;
    }
  }

  /** The same with code that does not end by itself. */
  final Object endOfHanging(Way way, Pipeline pipeline) {
    if (way == Way.CALL_ASYNC) {
      return end(begun(pipeline, new CompletableFuture<>()));
    }
    return end(
        way,
        pipeline,
        () -> {
          beganNanos = clock.nanoTime();
          clock.sleep(MINUTE.multipliedBy(2).toNanos());
          return "late";
        });
  }

  final Object end(CompletableFuture<Object> future) {
    moveUntil(future::isDone);
    return future.handle((value, error) -> error == null ? value : error).join();
  }

  final CompletableFuture<Object> begun(Pipeline pipeline, CompletableFuture<Object> stage) {
    CompletableFuture<Object> future =
        pipeline.callAsync(() -> {
          beganNanos = clock.nanoTime();
          return stage;
        });
    moveUntil(() -> beganNanos != null);
    return future;
  }

  private void moveUntil(BooleanSupplier reached) {
    for (int i = 0; i < 40 && !reached.getAsBoolean(); i++) {
      clock.advance(Duration.ofNanos(1L << i));
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
    }
    assertThat(reached.getAsBoolean())
        .as("the call goes on when the clock moves")
        .withFailMessage("the call did not go on")
        .isTrue();
  }

  /** Calls whose code runs to an end of its own: the gates judge it. */
  final void judged(
      Object end, @Nullable Object value, @Nullable Throwable error, RecordingGate... asked) {
    assertThat(end)
        .as("what the code returned or threw reaches the caller as it is")
        .isSameAs(error == null ? value : error);
    Verdict byDefault = error == null ? Verdict.SUCCESS : Verdict.FAILURE;
    for (RecordingGate each : asked) {
      String duty = "gate \"" + each.name() + "\" judges the result of the call once";
      assertThat(each.judged).as(duty).hasSize(1);
      Judged heard = each.judged.get(0);
      assertThat(heard.value()).as(duty).isSameAs(value);
      assertThat(heard.error()).as(duty).isSameAs(error);
      Verdict verdict = heard.answer() == null ? byDefault : heard.answer();
      assertThat(each.exits())
          .as("gate \"%s\" exits once, with the verdict that it gave", each.name())
          .extracting(Told::verdict)
          .containsExactly(verdict);
    }
    exitsMirrorAdmissions();
  }

  /** Calls whose verdict is fixed: no gate is asked. */
  final void fixed(Verdict verdict, RecordingGate... admitting) {
    for (RecordingGate each : admitting) {
      assertThat(each.judged).as("gate \"%s\" is not asked to judge", each.name()).isEmpty();
      assertThat(each.exits())
          .as("gate \"%s\" exits once, with the verdict %s", each.name(), verdict)
          .extracting(Told::verdict)
          .containsExactly(verdict);
    }
    exitsMirrorAdmissions();
  }

  /** One exit for each admission, with the same value, in reverse order, at the right times. */
  final void exitsMirrorAdmissions() {
    List<List<Object>> admitted = new ArrayList<>();
    List<List<Object>> left = new ArrayList<>();
    for (Told one : log) {
      if (one.verdict() != null) {
        left.add(List.of(one.by(), one.permit()));
        timesAreThoseAskedFor(one);
      } else {
        assertThat(left).as("no gate is entered after another exited").isEmpty();
        if (one.by().needs(Gate.TIME_AT_ENTER)) {
          assertThat(one.nowNanos())
              .as("the time at the entry is the clock's")
              .isEqualTo(one.readNanos());
        }
        if (one.permit() != Gate.REFUSED) {
          admitted.add(List.of(one.by(), one.permit()));
        }
      }
    }
    Collections.reverse(admitted);
    assertThat(left)
        .as("every admission is followed by one exit with its permit, in reverse order")
        .isNotEmpty()
        .isEqualTo(admitted);
  }

  private void timesAreThoseAskedFor(Told exit) {
    if (exit.by().needs(Gate.DURATION | Gate.TIME_AT_EXIT)) {
      assertThat(exit.nowNanos())
          .as("the time at the exit is the clock's")
          .isEqualTo(exit.readNanos());
    }
    if (exit.by().needs(Gate.DURATION)) {
      assertThat(exit.beganNanos())
          .as("the duration begins when the guarded code begins")
          .isEqualTo(beganNanos == null ? exit.nowNanos() : beganNanos);
    }
  }

  /** Wants every time. */
  record Neighbour(String name, LongSupplier answer) implements Gate {
    static final Duration RETRY_AFTER = Duration.ofSeconds(3);

    @Override
    public int needs() {
      return TIME_AT_ENTER | TIME_AT_EXIT | DURATION;
    }

    @Override
    public long enter(long nowNanos) {
      return answer.getAsLong();
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {}

    @Override
    public long retryAfterNanos(long nowNanos) {
      return RETRY_AFTER.toNanos();
    }
  }
}
