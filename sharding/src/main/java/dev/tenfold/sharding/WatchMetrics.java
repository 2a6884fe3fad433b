// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The counters, the last failure and the reports of a {@link TopologyWatch}: telemetry events and
 * log entries. Of repeated failures of one kind and class, only the first is reported.
 */
final class WatchMetrics {
  private static final Logger LOG = LoggerFactory.getLogger(WatchMetrics.class);
  private static final String PREFIX = "tenfold.sharding.topology.";

  final Latency latency;
  private final String source;
  private final Supplier<Topology> current;
  private final Tags tags;
  private final Telemetry telemetry;
  private final List<Registration> registrations = new ArrayList<>();
  private final LongAdder loads = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final LongAdder listenerFailures = new LongAdder();
  private final AtomicReference<@Nullable String> reported = new AtomicReference<>();
  private volatile @Nullable TopologyException lastFailure;

  WatchMetrics(
      TopologyLoader loader,
      Supplier<Topology> current,
      DoubleSupplier ageSeconds,
      Telemetry telemetry) {
    this.source = prefix(loader);
    this.current = current;
    this.tags = Tags.of("topology", current.get().name());
    this.telemetry = telemetry;
    this.latency = telemetry.latency(PREFIX + "load", tags);
    try {
      registrations.add(telemetry.gauge(PREFIX + "version", tags, () -> current.get().version()));
      registrations.add(telemetry.gauge(PREFIX + "age.seconds", tags, ageSeconds));
      count("loads", loads);
      count("failures", failures);
      count("refusals", refusals);
      count("listener.failures", listenerFailures);
    } catch (RuntimeException | Error refused) {
      close();
      throw refused;
    }
  }

  /** Returns the beginning of a message: the name of the loader, or nothing for a lambda. */
  static String prefix(TopologyLoader loader) {
    return loader.getClass().isHidden() ? "" : display(loader) + ": ";
  }

  /** Returns the {@code toString} of a foreign object, or its class if {@code toString} throws. */
  static String display(Object foreign) {
    try {
      return foreign.toString();
    } catch (RuntimeException | Error unprintable) {
      return foreign.getClass().getName();
    }
  }

  private void count(String name, LongAdder count) {
    registrations.add(telemetry.counter(PREFIX + name, tags, count::sum));
  }

  void close() {
    registrations.forEach(Registration::close);
  }

  long failures() {
    return failures.sum();
  }

  long refusals() {
    return refusals.sum();
  }

  long listenerFailures() {
    return listenerFailures.sum();
  }

  @Nullable TopologyException lastFailure() {
    return lastFailure;
  }

  void loadBegan() {
    loads.increment();
  }

  /** Records that a load confirmed or replaced the topology. */
  void loadSucceeded() {
    lastFailure = null;
    if (reported.getAndSet(null) != null) {
      LOG.info("topology {}: its source has recovered", current.get().name());
      telemetry.event(PREFIX + "recovered", tags);
    }
  }

  void topologyChanged(Topology before, Topology now) {
    LOG.info("{} follows v{}", VersionRules.describe(now), before.version());
    telemetry.event(PREFIX + "changed", tags);
  }

  /**
   * Records that a load threw. Repeated failures of one class are reported once, whatever their
   * messages.
   */
  TopologyException loadFailed(Throwable cause) {
    failures.increment();
    TopologyException failure = staysBecause("the load failed", cause);
    if (isNewFailure("failed", "load", failure, cause)) {
      warn(failure.getMessage(), cause);
    }
    return failure;
  }

  /** Records that the executor refused a poll. Runs on the timer, which does not log. */
  void pollRefused(Throwable cause) {
    failures.increment();
    TopologyException failure = staysBecause("the executor refused the poll", cause);
    var unused = isNewFailure("failed", "executor", failure, cause);
  }

  /**
   * Records that the next poll cannot be scheduled. Logs even on the timer: the polls have stopped.
   */
  void schedulingFailed(Throwable cause) {
    failures.increment();
    TopologyException failure =
        staysBecause("the next poll cannot be scheduled; refresh() tries again", cause);
    if (isNewFailure("failed", "timer", failure, cause)) {
      warn(failure.getMessage(), cause);
    }
  }

  private TopologyException staysBecause(String reason, Throwable cause) {
    return new TopologyException(
        (source + VersionRules.describe(current.get()) + " stays, ")
            + (reason + ": " + display(cause)),
        cause);
  }

  /** Records that a loaded text is no topology, or cannot follow the topology in force. */
  TopologyException loadRefused(RuntimeException cause) {
    refusals.increment();
    String reason = cause.getMessage();
    String message =
        cause instanceof TopologyException
            ? reason
            : VersionRules.describe(current.get())
                + " stays, its source has no topology: "
                + reason;
    TopologyException refusal = new TopologyException(source + message, cause);
    if (isNewFailure("refused", "text", refusal, cause)) {
      LOG.warn("{}", refusal.getMessage());
    }
    return refusal;
  }

  /**
   * Sets the last failure, and reports the event if the failure before had another kind or class.
   *
   * @return whether it had
   */
  private boolean isNewFailure(
      String event, String kind, TopologyException failure, Throwable cause) {
    lastFailure = failure;
    String kindAndClass = kind + " " + cause.getClass().getName();
    boolean isNew = !kindAndClass.equals(reported.getAndSet(kindAndClass));
    if (isNew) {
      telemetry.event(PREFIX + event, tags);
    }
    return isNew;
  }

  /** Records a fault of the listener, and reports the first. Called by one thread at a time. */
  void listenerFailed(Throwable fault) {
    boolean first = listenerFailures.sum() == 0;
    listenerFailures.increment();
    if (first) {
      telemetry.event(PREFIX + "listener.failed", tags);
    }
    warn("topology " + current.get().name() + ": the listener failed: " + display(fault), fault);
  }

  /** Logs with the stack trace, or without it if printing the stack trace throws. */
  private static void warn(@Nullable String message, Throwable cause) {
    try {
      LOG.warn("{}", message, cause);
    } catch (RuntimeException | Error unprintable) {
      LOG.warn("{}", message);
    }
  }
}
