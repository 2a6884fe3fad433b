// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.ManualTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a part that users write throws, the call ends as it would and nothing is kept. */
class ThrowingPartsTest {
  private static final List<Supplier<Throwable>> THROWN =
      List.of(() -> new IllegalStateException("part"), () -> new StackOverflowError("part"));

  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();

  /** Makes the policy whose part throws. */
  private interface Part {
    Policy policy(ManualTimeSource time, Supplier<Throwable> thrown);
  }

  /** Code of any kind. */
  private interface Code extends CheckedSupplier<String, Exception> {}

  private static Map<String, Part> parts() {
    Map<String, Part> parts = new TreeMap<>();
    parts.put(
        "breaker classifier",
        (time, thrown) ->
            breaker(time)
                .consecutiveFailures(9)
                .classifier((value, error) -> raise(thrown))
                .build());
    parts.put(
        "breaker listener",
        (time, thrown) ->
            breaker(time)
                .consecutiveFailures(1)
                .onStateChange((from, to) -> raise(thrown))
                .build());
    parts.put(
        "breaker backoff",
        (time, thrown) ->
            breaker(time).consecutiveFailures(1).openFor((n, random) -> raise(thrown)).build());
    parts.put(
        "breaker signal",
        (time, thrown) ->
            breaker(time).consecutiveFailures(9).openOn((value, error) -> raise(thrown)).build());
    parts.put(
        "breaker window",
        (time, thrown) -> breaker(time).window(() -> new ThrowingWindow(thrown)).build());
    parts.put(
        "retry classifier",
        (time, thrown) -> retry(time).classifier((value, error) -> raise(thrown)).build());
    parts.put(
        "retry backoff",
        (time, thrown) -> retry(time).backoff((n, random) -> raise(thrown)).build());
    parts.put(
        "retry wish",
        (time, thrown) -> retry(time).retryAfter((value, error) -> raise(thrown)).build());
    parts.put("gate exit", (time, thrown) -> new ThrowingGate(thrown, true));
    parts.put("gate judge", (time, thrown) -> new ThrowingGate(thrown, false));
    return parts;
  }

  private static Map<String, Code> endings() {
    Map<String, Code> endings = new TreeMap<>();
    endings.put("value", () -> "value");
    endings.put("null", () -> null);
    endings.put("exception", () -> raise(IOException::new));
    endings.put("error", () -> raise(() -> new AssertionError("code")));
    endings.put("interrupt", () -> raise(InterruptedException::new));
    return endings;
  }

  static Stream<Arguments> everything() {
    List<Arguments> rows = new ArrayList<>();
    parts()
        .forEach((name, part) ->
            endings()
                .forEach((ending, code) ->
                    THROWN.forEach(thrown -> {
                      String row = name + " throws " + thrown.get() + ", code gives " + ending;
                      rows.add(of(row, part, thrown, code));
                    })));
    return rows.stream();
  }

  private static CircuitBreaker.Builder breaker(ManualTimeSource time) {
    return CircuitBreaker.builder("breaker").timeSource(time);
  }

  private static Retry.Builder retry(ManualTimeSource time) {
    return Retry.builder("retry").timeSource(time);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T, X extends Throwable> T raise(Supplier<? extends Throwable> thrown) throws X {
    throw (X) thrown.get();
  }

  @AfterEach
  void noInterruptIsLeft() {
    Thread.interrupted();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("everything")
  void anyCall_partThrows_endsAsTheCodeAndKeepsNothing(
      String row, Part part, Supplier<Throwable> thrown, Code code) {
    Object expected = end(code);
    for (int mode = 0; mode < 3; mode++) {
      Bulkhead outer = Bulkhead.builder("outer", 1).timeSource(time).build();
      Bulkhead inner = Bulkhead.builder("inner", 1).timeSource(time).build();
      Timeout timeout = Timeout.builder("t", Duration.ofSeconds(9)).timeSource(time).build();
      Policy throwing = part.policy(time, thrown);
      Pipeline pipeline =
          Pipeline.builder("p", outer, throwing, inner, timeout).executor(Runnable::run).build();

      Object end = end(pipeline, mode, code);

      assertThat(kind(end)).isEqualTo(kind(expected));
      assertThat(outer.inFlight() + inner.inFlight()).as("permits").isZero();
      Thread.interrupted();
      boolean open =
          throwing instanceof CircuitBreaker breaker && breaker.state() != BreakerState.CLOSED;
      assertThat(open || "well".equals(end(pipeline, mode, () -> "well"))).isTrue();
      assertThat(time.pending()).as("timers").isZero();
    }
  }

  private static Object kind(Object end) {
    return end instanceof Throwable thrown ? thrown.getClass() : end;
  }

  private static Object end(Code code) {
    try {
      return code.get();
    } catch (Throwable ended) {
      return ended;
    }
  }

  private Object end(Pipeline pipeline, int mode, Code code) {
    if (mode == 0) {
      return end(() -> pipeline.call(code));
    }
    if (mode == 1) {
      try {
        return pipeline.tryCall(code).<Object>fold(value -> value, error -> error, none -> none);
      } catch (Throwable error) {
        return error;
      }
    }
    var future = pipeline.callAsync(() -> CompletableFuture.completedFuture(code.get()));
    time.advance(Duration.ofMinutes(5));
    assertThat(future).isDone();
    return future.handle((value, error) -> error == null ? value : error).join();
  }

  /** A gate of which one part throws. */
  private record ThrowingGate(Supplier<Throwable> thrown, boolean atExit) implements Gate {
    @Override
    public String name() {
      return "gate";
    }

    @Override
    public long enter(long nowNanos) {
      return 0;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
      if (atExit) {
        ThrowingPartsTest.<Object, RuntimeException>raise(thrown);
      }
    }

    @Override
    public Verdict judge(Object value, Throwable error) {
      return atExit ? null : ThrowingPartsTest.<Verdict, RuntimeException>raise(thrown);
    }
  }

  /** A window that throws whatever it hears. */
  private record ThrowingWindow(Supplier<Throwable> thrown) implements FailureWindow {
    @Override
    public boolean record(long nowNanos, boolean failed, boolean slow) {
      return ThrowingPartsTest.<Boolean, RuntimeException>raise(thrown);
    }

    @Override
    public long recorded() {
      return 0;
    }

    @Override
    public long calls(long nowNanos) {
      return 0;
    }

    @Override
    public long failures(long nowNanos) {
      return 0;
    }

    @Override
    public long slowCalls(long nowNanos) {
      return 0;
    }
  }
}
