// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.BreakerState;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Retry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the guide says of the two attempts that fail, and of the one that does not. */
class ResilienceGuideAttemptsTest {
  private final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  private final AtomicInteger asked = new AtomicInteger();

  private static String naive(CheckedSupplier<String, Exception> get, TimeSource time)
      throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return get.get(); // gives up after 30 s
      } catch (Exception failed) {
        if (attempt == 4) {
          throw failed;
        }
        time.sleep(100_000_000);
      }
    }
  }

  private static String guarded(
      CheckedSupplier<String, Exception> get, ShelfBreaker breaker, Semaphore places)
      throws Exception {
    return breaker.call(() -> {
      if (!places.tryAcquire()) {
        throw new IllegalStateException("full");
      }
      try {
        String answer = get.get();
        places.release();
        return answer;
      } catch (Exception failed) {
        places.release();
        throw failed;
      }
    });
  }

  /** Opens after five exceptions in a row, whoever threw them. */
  private static final class ShelfBreaker {
    private int failures;

    boolean open() {
      return failures >= 5;
    }

    String call(CheckedSupplier<String, Exception> code) throws Exception {
      if (open()) {
        throw new IllegalStateException("open");
      }
      try {
        String answer = code.get();
        failures = 0;
        return answer;
      } catch (Exception failed) {
        failures++;
        throw failed;
      }
    }
  }

  private String dead() throws IOException {
    asked.incrementAndGet();
    throw new IOException("connection refused");
  }

  private Pipeline pipeline(CircuitBreaker breaker, Bulkhead bulkhead) {
    return Pipeline.of("p", Retry.builder("r").timeSource(time).build(), breaker, bulkhead);
  }

  private CircuitBreaker breaker() {
    return CircuitBreaker.builder("b").consecutiveFailures(5).timeSource(time).build();
  }

  @Test
  void naive_threeLayersOverADeadBackend_ask64Times() {
    assertThatThrownBy(() -> naive(() -> naive(() -> naive(this::dead, time), time), time))
        .isInstanceOf(IOException.class);

    assertThat(asked).hasValue(64);
  }

  @Test
  void naive_slowBackend_holdsItsThreadForTwoMinutes() {
    assertThatThrownBy(() ->
            naive(
                () -> {
                  time.sleep(Duration.ofSeconds(30).toNanos());
                  throw new IOException("timed out");
                },
                time))
        .isInstanceOf(IOException.class);

    assertThat(Duration.ofNanos(time.nanoTime())).isEqualTo(Duration.ofMillis(120_300));
  }

  @Test
  void guarded_fullBulkhead_opensTheBreakerOfAHealthyBackend() {
    ShelfBreaker breaker = new ShelfBreaker();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> guarded(() -> "healthy", breaker, new Semaphore(0)))
          .hasMessage("full");
    }

    assertThat(breaker.open()).isTrue();
  }

  @Test
  void guarded_openBreaker_isAskedFourTimesAndWaitedForThreeTimes() {
    ShelfBreaker breaker = new ShelfBreaker();
    breaker.failures = 5;

    assertThatThrownBy(() -> naive(() -> guarded(this::dead, breaker, new Semaphore(1)), time))
        .hasMessage("open");
    assertThat(Duration.ofNanos(time.nanoTime())).isEqualTo(Duration.ofMillis(300));
  }

  @Test
  void guarded_errors_costPlacesForEver() throws Exception {
    ShelfBreaker breaker = new ShelfBreaker();
    Semaphore places = new Semaphore(1);
    assertThatThrownBy(() ->
            guarded(
                () -> {
                  throw new NoClassDefFoundError("after the deployment");
                },
                breaker,
                places))
        .isInstanceOf(NoClassDefFoundError.class);

    assertThatThrownBy(() -> guarded(() -> "healthy", breaker, places)).hasMessage("full");
  }

  @Test
  void pipeline_threeLayersOverADeadBackend_stayWithinTheirBudgets() {
    Pipeline[] layers = new Pipeline[3];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = Pipeline.of("layer", Retry.builder("layer" + i).timeSource(time).build());
    }
    long calls = 1_000;
    for (int i = 0; i < calls; i++) {
      assertThatThrownBy(
              () -> layers[0].call(() -> layers[1].call(() -> layers[2].call(this::dead))))
          .isInstanceOf(IOException.class);
    }

    double seconds = time.nanoTime() / 1e9;
    double most = calls;
    for (int i = 0; i < layers.length; i++) {
      most += 10 + 0.2 * most + 10 * seconds;
    }
    assertThat((double) asked.get()).isLessThanOrEqualTo(most);
  }

  @Test
  void pipeline_fullBulkhead_doesNotOpenTheBreaker() {
    CircuitBreaker breaker = breaker();
    Bulkhead bulkhead = Bulkhead.builder("places", 1).timeSource(time).build();
    Pipeline pipeline = pipeline(breaker, bulkhead);
    CompletableFuture<String> running = pipeline.callAsync(CompletableFuture::new);
    for (int i = 0; i < 10; i++) {
      pipeline.tryCall(() -> "refused");
    }

    assertThat(bulkhead.refused()).isEqualTo(10);
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    assertThat(running).isNotDone();
  }

  @Test
  void pipeline_openBreaker_isNotWaitedFor() {
    CircuitBreaker breaker = breaker();
    breaker.openNow(Duration.ofMinutes(1));
    pipeline(breaker, Bulkhead.builder("places", 1).timeSource(time).build())
        .tryCall(() -> "refused");

    assertThat(breaker.counts().refused()).isEqualTo(1);
    assertThat(time.nanoTime()).isZero();
  }

  @Test
  void pipeline_errors_giveTheirPlacesBack() {
    Bulkhead bulkhead = Bulkhead.builder("places", 1).timeSource(time).build();
    Pipeline pipeline = pipeline(breaker(), bulkhead);
    assertThatThrownBy(() ->
            pipeline.call(() -> {
              throw new NoClassDefFoundError("after the deployment");
            }))
        .isInstanceOf(NoClassDefFoundError.class);

    assertThat(bulkhead.inFlight()).isZero();
    assertThat(pipeline.call(() -> "healthy")).isEqualTo("healthy");
  }
}
