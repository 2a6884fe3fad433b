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

/** What a watch counts, remembers and reports. Of failures that go on the first is reported. */
final class WatchSignals {
  private static final Logger LOG = LoggerFactory.getLogger(WatchSignals.class);
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
  private volatile @Nullable TopologyException last;

  WatchSignals(
      TopologyLoader loader,
      Supplier<Topology> current,
      DoubleSupplier ageSeconds,
      Telemetry telemetry) {
    this.source = named(loader);
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

  /** Returns what a message begins with: whose it is, or nothing if a lambda, which has no name. */
  static String named(TopologyLoader loader) {
    return loader.getClass().isHidden() ? "" : shown(loader) + ": ";
  }

  /** Returns what a foreign object says of itself, or its class if it throws instead. */
  static String shown(Object foreign) {
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

  @Nullable TopologyException last() {
    return last;
  }

  void began() {
    loads.increment();
  }

  /** A load ended well, whether or not it brought something new. */
  void confirmed() {
    last = null;
    if (reported.getAndSet(null) != null) {
      LOG.info("topology {}: its source is as it should be again", current.get().name());
      telemetry.event(PREFIX + "recovered", tags);
    }
  }

  void changed(Topology before, Topology now) {
    LOG.info("{} follows v{}", VersionRules.described(now), before.version());
    telemetry.event(PREFIX + "changed", tags);
  }

  /**
   * A load threw. Messages may differ each time; that it fails, and by what class, is told once.
   */
  TopologyException failed(Throwable cause) {
    failures.increment();
    TopologyException failure = stays("the load failed", cause);
    if (remember("failed", "load", failure, cause)) {
      warn(failure.getMessage(), cause);
    }
    return failure;
  }

  /** The executor refused a poll. Called by the timer, which does not log. */
  void postponed(Throwable cause) {
    failures.increment();
    remember("failed", "executor", stays("the executor takes no poll", cause), cause);
  }

  /** The next poll cannot be scheduled. Logged even by the timer, as nobody polls any more. */
  void stopped(Throwable cause) {
    failures.increment();
    TopologyException failure = stays("there is no timer and no poll until refresh()", cause);
    if (remember("failed", "timer", failure, cause)) {
      warn(failure.getMessage(), cause);
    }
  }

  private TopologyException stays(String why, Throwable cause) {
    return new TopologyException(
        (source + VersionRules.described(current.get()) + " stays, ") + (why + ": " + shown(cause)),
        cause);
  }

  /** The loader answered what cannot follow. */
  TopologyException refused(RuntimeException why) {
    refusals.increment();
    String reason = why.getMessage();
    String told =
        why instanceof TopologyException
            ? reason
            : VersionRules.described(current.get())
                + " stays, its source has no topology: "
                + reason;
    TopologyException refusal = new TopologyException(source + told, why);
    if (remember("refused", "text", refusal, why)) {
      LOG.warn("{}", refusal.getMessage());
    }
    return refusal;
  }

  /** Returns whether it is another failure than the last: of another kind, or by another class. */
  private boolean remember(String event, String kind, TopologyException failure, Throwable cause) {
    last = failure;
    String which = kind + " " + cause.getClass().getName();
    boolean news = !which.equals(reported.getAndSet(which));
    if (news) {
      telemetry.event(PREFIX + event, tags);
    }
    return news;
  }

  /** By one thread at a time; the first is reported. */
  void listenerFailed(Throwable fault) {
    boolean first = listenerFailures.sum() == 0;
    listenerFailures.increment();
    if (first) {
      telemetry.event(PREFIX + "listener.failed", tags);
    }
    warn("topology " + current.get().name() + ": the listener failed: " + shown(fault), fault);
  }

  /** Logs with the stack trace, unless there is something in it that cannot be printed. */
  private static void warn(@Nullable String message, Throwable cause) {
    try {
      LOG.warn("{}", message, cause);
    } catch (RuntimeException | Error unprintable) {
      LOG.warn("{}", message);
    }
  }
}
