// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Scenarios of retry, bulkhead, timeout and their composition. */
final class CallScenarios {
  private static final Duration DELAY = Duration.ofMillis(5);
  private static final Spec.Retry THREE = new Spec.Retry(3, DELAY, null);

  private CallScenarios() {}

  static List<Scenario> all() {
    return List.of(
        new Scenario(
            "Resilience4j #1718",
            "An asynchronous retry completes though the second attempt throws at once",
            CallScenarios::secondAttemptThrows),
        new Scenario(
            "Resilience4j 2.4.0",
            "Jitter at the cap of a backoff stays random",
            CallScenarios::jitterAtTheCap),
        new Scenario(
            "Resilience4j 2.4.0",
            "Jitter keeps a backoff within its cap",
            CallScenarios::jitterWithinTheCap),
        new Scenario(
            "Resilience4j #1476",
            "A later attempt sees the context of the caller",
            CallScenarios::context),
        new Scenario(
            "Failsafe #52",
            "Cancelling a retried call stops its attempts",
            CallScenarios::cancelledRetry),
        new Scenario(
            "Resilience4j #1855, #2368",
            "An interrupt during the backoff is passed on",
            CallScenarios::interruptedBackoff),
        new Scenario(
            "Resilience4j #1205",
            "A retry on results that gives up answers the last result",
            CallScenarios::resultsExhausted),
        new Scenario(
            "Resilience4j 2.4.0",
            "A retry does not wait for a breaker that is open",
            CallScenarios::retryOfOpenBreaker),
        new Scenario(
            "Failsafe #393", "A refusal does not cost a bulkhead a permit", CallScenarios::refused),
        new Scenario(
            "concurrency-limits 0.5.4",
            "A call that is cancelled and then completes frees one permit",
            CallScenarios::endedTwice),
        new Scenario(
            "Resilience4j 2.4.0",
            "Refusals of a full bulkhead do not open the breaker around it",
            CallScenarios::localRefusals),
        new Scenario(
            "Resilience4j #1356",
            "At a period's end no more than rate and burst pass",
            CallScenarios::endOfPeriod),
        new Scenario(
            "Failsafe 3.3.2",
            "A timeout ends a blocking call that is too slow",
            CallScenarios::slowCall),
        new Scenario(
            "Failsafe #48, #331",
            "A checked exception reaches the caller as it was thrown",
            CallScenarios::checkedException));
  }

  private static Finding secondAttemptThrows(Library library) {
    AtomicInteger attempts = new AtomicInteger();
    CompletableFuture<Object> future =
        library
            .guard(THREE)
            .callAsync(() -> {
              if (attempts.incrementAndGet() > 1) {
                throw new IllegalStateException("at once");
              }
              return CompletableFuture.failedFuture(new IllegalStateException("first"));
            });
    return Finding.of(library.eventually(future::isDone), "the future never completes");
  }

  /** The stage of the first attempt completes on a thread without the context of the caller. */
  private static Finding context(Library library) throws InterruptedException {
    Guarded guarded = library.guard(THREE);
    CompletableFuture<Object> first = new CompletableFuture<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    CompletableFuture<Object> future =
        library.callIn(
            "tenant",
            () ->
                guarded.callAsync(() -> {
                  seen.add(String.valueOf(library.context()));
                  return seen.size() == 1 ? first : CompletableFuture.completedFuture("fine");
                }));
    Thread client = new Thread(() -> first.completeExceptionally(new IOException("reset")));
    client.start();
    client.join();
    library.eventually(future::isDone);
    return Finding.of(seen.equals(List.of("tenant", "tenant")), "the attempts saw " + seen);
  }

  private static Finding jitterAtTheCap(Library library) {
    long[] delays = delays(library);
    long distinct = Arrays.stream(delays).distinct().count();
    return Finding.of(
        distinct > delays.length / 2,
        distinct + " distinct of " + delays.length + " delays: callers come back together");
  }

  private static Finding jitterWithinTheCap(Library library) {
    long most = Arrays.stream(delays(library)).max().orElseThrow();
    return Finding.of(
        most <= Duration.ofMillis(4).toNanos(), "a delay of " + most + " ns for a cap of 4 ms");
  }

  private static long[] delays(Library library) {
    return library.delaysAtTheCap(Duration.ofMillis(1), Duration.ofMillis(4), 40);
  }

  private static Finding cancelledRetry(Library library) {
    AtomicInteger attempts = new AtomicInteger();
    CompletableFuture<Object> future =
        library
            .guard(new Spec.Retry(100, Duration.ofMillis(2), null))
            .callAsync(() -> {
              attempts.incrementAndGet();
              return CompletableFuture.failedFuture(new IllegalStateException("backend failed"));
            });
    library.eventually(() -> attempts.get() > 0);
    future.cancel(true);
    // The attempt under way at that moment may still end.
    library.pass(DELAY);
    int before = attempts.get();
    library.pass(Duration.ofMillis(100));
    int more = attempts.get() - before;
    return Finding.of(more == 0, more + " more attempts in the 100 ms after it");
  }

  private static Finding interruptedBackoff(Library library) {
    Guarded guarded = library.guard(new Spec.Retry(3, DELAY, "again"::equals));
    AtomicInteger attempts = new AtomicInteger();
    Throwable thrown = null;
    try {
      guarded.call(() -> {
        attempts.incrementAndGet();
        Thread.currentThread().interrupt();
        return "again";
      });
    } catch (Exception error) {
      thrown = error;
    }
    boolean flag = Thread.interrupted();
    boolean told = thrown instanceof InterruptedException || flag;
    return Finding.of(
        told && attempts.get() == 1,
        attempts + " attempts, interrupt flag " + (flag ? "set" : "lost") + ", threw " + thrown);
  }

  private static Finding resultsExhausted(Library library) throws Exception {
    Object last = library.guard(new Spec.Retry(3, DELAY, "again"::equals)).call(() -> "again");
    return Finding.of("again".equals(last), "answered " + last);
  }

  private static Finding retryOfOpenBreaker(Library library) throws Exception {
    Duration delay = Duration.ofMillis(50);
    Spec.Breaker breaker = new Spec.Breaker(3, 1).openFor(Duration.ofHours(1));
    Guarded guarded = library.guard(new Spec.Retry(3, delay, null), breaker);
    library.fail(guarded, 1);
    long began = library.time.nanoTime();
    boolean admitted = library.admits(guarded);
    Duration took = Duration.ofNanos(library.time.nanoTime() - began);
    return Finding.of(
        !admitted && took.compareTo(delay) < 0,
        "waited " + took.toMillis() + " ms to be refused, 2 backoffs of 50 ms");
  }

  private static Finding refused(Library library) throws Exception {
    Guarded guarded = library.guard(new Spec.Bulkhead(1, Duration.ofMillis(5)));
    HeldCall held = HeldCall.begin(library, guarded);
    boolean second = library.admits(guarded);
    held.complete("fine");
    int admitted = 0;
    for (int i = 0; i < 10; i++) {
      admitted += library.admits(guarded) ? 1 : 0;
    }
    return Finding.of(
        held.admitted() && !second && admitted == 10,
        "admits " + admitted + " of the 10 calls after one refusal");
  }

  private static Finding endedTwice(Library library) {
    Guarded guarded = library.guard(new Spec.Bulkhead(1, Duration.ZERO));
    HeldCall first = HeldCall.begin(library, guarded);
    first.cancel();
    first.complete("late");
    HeldCall second = HeldCall.begin(library, guarded);
    HeldCall third = HeldCall.begin(library, guarded);
    return Finding.of(
        second.admitted() && !third.admitted(),
        (second.admitted() ? third.admitted() ? 2 : 1 : 0) + " calls in a bulkhead of 1");
  }

  private static Finding localRefusals(Library library) throws Exception {
    Guarded guarded = library.guard(new Spec.Breaker(10, 1), new Spec.Bulkhead(1, Duration.ZERO));
    HeldCall held = HeldCall.begin(library, guarded);
    for (int i = 0; i < 10; i++) {
      library.admits(guarded);
    }
    String state = guarded.state();
    held.complete("fine");
    return Finding.of(state.equals("CLOSED"), "is " + state + " though the backend never failed");
  }

  /** No call until shortly before the end of a period, then as many as are admitted. */
  private static Finding endOfPeriod(Library library) throws Exception {
    int permits = 10;
    Duration period = Duration.ofMillis(500);
    Guarded guarded = library.guard(new Spec.RateLimiter(permits, period));
    long began = library.time.nanoTime();
    while (library.time.nanoTime() - began < period.toNanos() * 9 / 10) {
      library.pass(DELAY);
    }
    long first = library.time.nanoTime();
    long last = first;
    int admitted = 0;
    while (library.time.nanoTime() - first < period.toNanos() / 5) {
      while (library.admits(guarded)) {
        admitted++;
        last = library.time.nanoTime();
      }
      library.pass(DELAY);
    }
    long most = permits + 1 + permits * (last - first) / period.toNanos();
    return Finding.of(
        admitted <= most,
        "lets "
            + admitted
            + " through in "
            + Duration.ofNanos(last - first).toMillis()
            + " ms, at a rate of "
            + permits
            + " per "
            + period.toMillis()
            + " ms");
  }

  /** Slow work in small steps, so that an interrupt ends it. */
  private static Finding slowCall(Library library) throws Exception {
    Guarded guarded = library.guard(new Spec.Timeout(Duration.ofMillis(50)));
    Callable<Object> slow =
        () -> {
          for (int i = 0; i < 40; i++) {
            library.time.sleep(Duration.ofMillis(10).toNanos());
          }
          return "slow";
        };
    long began = library.time.nanoTime();
    try {
      guarded.call(slow);
      return Finding.fails("a timeout of 50 ms let a call of 400 ms through");
    } catch (Exception timeout) {
      long millis = Duration.ofNanos(library.time.nanoTime() - began).toMillis();
      return Finding.of(millis < 200, "a timeout of 50 ms ends a call of 400 ms after " + millis);
    }
  }

  private static Finding checkedException(Library library) {
    try {
      library
          .guard(THREE)
          .call(() -> {
            throw new IOException("backend failed");
          });
      return Finding.fails("swallowed the exception");
    } catch (Exception error) {
      return Finding.of(error instanceof IOException, "throws " + error.getClass().getName());
    }
  }
}
