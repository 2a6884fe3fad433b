// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.Backoff;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Verdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the pipeline in front of a remote store: a breaker, so that a dead store costs nothing. */
final class RemoteGuard {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteGuard.class);
  private static final int FAILURES_TO_OPEN = 5;
  private static final Duration MIN_OPEN = Duration.ofSeconds(1);
  private static final Duration MAX_OPEN = Duration.ofSeconds(5);

  private RemoteGuard() {}

  static Pipeline of(
      String cache, @Nullable CircuitBreaker given, TimeSource time, Telemetry telemetry) {
    String name = cache + ".remote";
    CircuitBreaker breaker =
        given != null
            ? given
            : CircuitBreaker.builder(name)
                .consecutiveFailures(FAILURES_TO_OPEN)
                .openFor(Backoff.exponential(MIN_OPEN, MAX_OPEN))
                .probes(1)
                .classifier(RemoteGuard::judge)
                .onStateChange(
                    (from, to) -> LOG.warn("cache \"{}\": breaker {} -> {}", cache, from, to))
                .timeSource(time)
                .telemetry(telemetry)
                .build();
    return Pipeline.of(name, breaker);
  }

  /** A caller that was interrupted, or whose Deadline has ended, says nothing about the store. */
  private static @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
    if (error == null) {
      return null;
    }
    Deadline deadline = Deadline.current();
    boolean isOfCaller =
        Thread.currentThread().isInterrupted() || (deadline != null && deadline.expired());
    return isOfCaller ? Verdict.IGNORED : null;
  }
}
