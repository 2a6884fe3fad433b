// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.RejectedException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** A hundred thousand callers at once on real time: nothing is lost, nobody stays parked. */
@EnabledForJreRange(min = JRE.JAVA_21)
@Timeout(60)
class VirtualThreadsTest {
  private static final int CALLERS = 100_000;
  private static final int LIMIT = 64;

  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final LongAdder attempts = new LongAdder();
  private final LongAdder returned = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder refused = new LongAdder();

  @Test
  void call_aHundredThousandVirtualThreads_everyCallEndsAndEveryPermitIsBack() throws Exception {
    Bulkhead bulkhead =
        Bulkhead.builder("bulkhead", LIMIT)
            .maxWait(Duration.ofSeconds(30))
            .maxWaiters(CALLERS)
            .build();
    CircuitBreaker breaker = CircuitBreaker.builder("breaker").failureRate(1).build();
    Retry retry = Retry.builder("retry").backoff(Backoff.constant(Duration.ofMillis(1))).build();
    Pipeline pipeline =
        Pipeline.of(
            "all",
            retry,
            breaker,
            bulkhead,
            dev.tenfold.resilience.Timeout.of(Duration.ofSeconds(20)));
    Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    CountDownLatch ended = new CountDownLatch(CALLERS);
    for (int i = 0; i < CALLERS; i++) {
      int caller = i;
      Runnable task =
          () -> {
            call(pipeline, caller);
            ended.countDown();
          };
      start.invoke(null, task);
    }
    ended.await();

    assertThat(returned.sum() + failed.sum() + refused.sum()).isEqualTo(CALLERS);
    assertThat(failed.sum()).isPositive();
    assertThat(refused.sum()).isZero();
    assertThat(most.get()).isBetween(2, LIMIT);
    assertThat(bulkhead.inFlight()).isZero();
    assertThat(bulkhead.waiting()).isZero();
    var counts = breaker.counts();
    assertThat(counts.successes() + counts.failures()).isEqualTo(attempts.sum());
    assertThat(attempts.sum()).isEqualTo(CALLERS + retry.retries());
    assertThat(pipeline.faults()).isZero();
  }

  private void call(Pipeline pipeline, int caller) {
    try {
      pipeline.call(() -> {
        attempts.increment();
        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        Thread.yield();
        inside.decrementAndGet();
        if (caller % 100 == 0) {
          throw new IOException("down");
        }
        return caller;
      });
      returned.increment();
    } catch (IOException down) {
      failed.increment();
    } catch (RejectedException full) {
      refused.increment();
    }
  }
}
