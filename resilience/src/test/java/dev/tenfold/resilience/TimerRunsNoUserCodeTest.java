// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Latency;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Everything that users write, in one pipeline whose calls are ended by timers. */
class TimerRunsNoUserCodeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTimeSource manual = new ManualTimeSource();
  private final List<Runnable> handedOver = new ArrayList<>();
  private final Set<String> ran = new TreeSet<>();
  private final Set<String> onTheTimer = new TreeSet<>();
  private final TimeSource time =
      new DelegatingTimeSource(manual) {
        @Override
        public Executor handOver() {
          return handedOver::add;
        }
      };

  private void runs(String what) {
    ran.add(what);
    if (manual.onTimer()) {
      onTheTimer.add(what);
    }
  }

  private final class Meters implements Telemetry {
    private final String of;

    Meters(String of) {
      this.of = of;
    }

    @Override
    public Registration counter(String name, Tags tags, LongSupplier read) {
      return () -> {};
    }

    @Override
    public Registration gauge(String name, Tags tags, DoubleSupplier read) {
      return () -> {};
    }

    @Override
    public Latency latency(String name, Tags tags) {
      return new Latency() {
        @Override
        public boolean enabled() {
          runs("latency enabled");
          return true;
        }

        @Override
        public void record(long nanos) {
          runs("latency record");
        }
      };
    }

    @Override
    public void event(String name, Tags tags) {
      runs("event of the " + of);
    }
  }

  private final class UsersWindow implements FailureWindow {
    private int failures;

    @Override
    public boolean record(long nowNanos, boolean failed, boolean slow) {
      runs("window");
      failures++;
      return failures % 3 == 0;
    }

    @Override
    public long recorded() {
      return failures;
    }

    @Override
    public long calls(long nowNanos) {
      return failures;
    }

    @Override
    public long failures(long nowNanos) {
      return failures;
    }

    @Override
    public long slowCalls(long nowNanos) {
      return 0;
    }
  }

  private final class UsersGate implements Gate {
    @Override
    public String name() {
      return "gate";
    }

    @Override
    public long enter(long nowNanos) {
      runs("gate enter");
      return -1_000_000;
    }

    @Override
    public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
      runs("gate exit");
    }

    @Override
    public Verdict judge(Object value, Throwable error) {
      runs("gate judge");
      return null;
    }
  }

  private long backoff(String of, RandomGenerator random) {
    runs("backoff of the " + of);
    return 1_000_000;
  }

  /** A source of random numbers that a user wrote. */
  private final class UsersDice implements RandomGenerator {
    @Override
    public long nextLong() {
      runs("random numbers");
      return 1;
    }
  }

  private CircuitBreaker rollingBreaker() {
    return CircuitBreaker.builder("rolling")
        .consecutiveFailures(2)
        .openFor(Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(2)).fullJitter())
        .random(new UsersDice())
        .timeSource(time)
        .build();
  }

  private CircuitBreaker plainBreaker() {
    return CircuitBreaker.builder("plain")
        .consecutiveFailures(2)
        .openFor(Duration.ofMillis(5))
        .onStateChange((from, to) -> runs("state listener"))
        .telemetry(new Meters("breaker"))
        .timeSource(time)
        .build();
  }

  private CircuitBreaker judgingBreaker() {
    return CircuitBreaker.builder("judging")
        .window(UsersWindow::new)
        .openFor((failures, random) -> backoff("breaker", random))
        .classifier((value, error) -> {
          runs("breaker classifier");
          return null;
        })
        .openOn((value, error) -> {
          runs("breaker signal");
          return null;
        })
        .timeSource(time)
        .build();
  }

  private Retry retry() {
    return Retry.builder("retry")
        .backoff((failures, random) -> backoff("retry", random))
        .classifier((value, error) -> {
          runs("retry classifier");
          return null;
        })
        .retryAfter((value, error) -> {
          runs("retry after");
          return null;
        })
        .onRetry((attempt, waited, value, error) -> runs("retry listener"))
        .withoutBudget()
        .retryRefusals()
        .timeSource(time)
        .build();
  }

  private Pipeline pipeline() {
    return Pipeline.builder(
            "p",
            Timeout.builder("total", Duration.ofSeconds(20)).timeSource(time).build(),
            new UsersGate(),
            retry(),
            Bulkhead.builder("bulkhead", 1).maxWait(SECOND).timeSource(time).build(),
            RateLimiter.builder("limiter", 1, SECOND).maxWait(SECOND).timeSource(time).build(),
            judgingBreaker(),
            new UsersGate(),
            plainBreaker(),
            rollingBreaker(),
            Timeout.builder("each", SECOND).timeSource(time).build())
        .telemetry(new Meters("pipeline"))
        .executor(task -> {
          runs("executor");
          task.run();
        })
        .build();
  }

  private CompletableFuture<String> stage() {
    runs("supplier");
    return new CompletableFuture<>() {
      @Override
      public boolean cancel(boolean mayInterrupt) {
        runs("cancel");
        return super.cancel(mayInterrupt);
      }
    };
  }

  @Test
  void callAsync_everythingThatUsersWrite_runsElsewhere() {
    Pipeline pipeline = pipeline();
    Fallback<String> fallback =
        Fallback.<String>of(
                error -> {
                  runs("fallback");
                  return "fallback";
                })
            .when(error -> {
              runs("fallback condition");
              return true;
            });
    List<CompletableFuture<String>> results = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      results.add(
          pipeline
              .callAsync(this::stage, fallback)
              .whenComplete((value, error) -> runs("dependent")));
    }
    ran.clear(); // what the caller's thread has run

    for (int step = 0; step < 400; step++) {
      manual.advance(Duration.ofMillis(100));
      while (!handedOver.isEmpty()) {
        handedOver.remove(0).run();
      }
    }

    assertThat(onTheTimer).as("on the timer").isEmpty();
    assertThat(results).allMatch(CompletableFuture::isDone);
    assertThat(ran)
        .contains(
            "supplier",
            "cancel",
            "dependent",
            "executor",
            "fallback",
            "fallback condition",
            "gate enter",
            "gate exit",
            "gate judge",
            "window",
            "backoff of the breaker",
            "breaker classifier",
            "breaker signal",
            "state listener",
            "event of the breaker",
            "retry classifier",
            "retry after",
            "retry listener",
            "backoff of the retry",
            "latency enabled",
            "latency record",
            "random numbers");
  }
}
