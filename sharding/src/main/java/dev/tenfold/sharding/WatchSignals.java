// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a watch counts, remembers and reports. Of failures that go on the first is reported. */
final class WatchSignals {
  private static final Logger LOG = LoggerFactory.getLogger(WatchSignals.class);
  private static final String PREFIX = "tenfold.sharding.topology.";

  final Latency latency;
  private final String topology;
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
      String topology, Telemetry telemetry, DoubleSupplier version, DoubleSupplier ageSeconds) {
    this.topology = topology;
    this.tags = Tags.of("topology", topology);
    this.telemetry = telemetry;
    this.latency = telemetry.latency(PREFIX + "load", tags);
    try {
      registrations.add(telemetry.gauge(PREFIX + "version", tags, version));
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
      LOG.info("topology {}: its source is as it should be again", topology);
      telemetry.event(PREFIX + "recovered", tags);
    }
  }

  void changed(Topology before, Topology now) {
    LOG.info("{} follows v{}", Succession.described(now), before.version());
    telemetry.event(PREFIX + "changed", tags);
  }

  /** The loader threw. Messages may differ each time; that it fails, and how, is told once. */
  TopologyException failed(Topology present, Throwable cause) {
    TopologyException failure =
        new TopologyException(
            Succession.described(present) + " stays, its source failed: " + cause, cause);
    failures.increment();
    if (remember(failure, "failed", cause.getClass().getName())) {
      LOG.warn("{}", failure.getMessage(), cause);
    }
    return failure;
  }

  /** The executor refused a poll. Called by the timer, which does not log. */
  void postponed(Topology present, Throwable cause) {
    failures.increment();
    remember(
        new TopologyException(
            Succession.described(present) + " stays, the executor takes no poll: " + cause, cause),
        "failed",
        cause.getClass().getName());
  }

  /** The loader answered what cannot follow. */
  TopologyException refused(Topology present, RuntimeException why) {
    TopologyException refusal =
        why instanceof TopologyException named
            ? named
            : new TopologyException(
                Succession.described(present)
                    + " stays, its source has no topology: "
                    + why.getMessage(),
                why);
    refusals.increment();
    if (remember(refusal, "refused", Objects.toString(refusal.getMessage()))) {
      LOG.warn("{}", refusal.getMessage());
    }
    return refusal;
  }

  /** Returns whether it is another failure than the last. */
  private boolean remember(TopologyException failure, String kind, String which) {
    last = failure;
    boolean news = !(kind + which).equals(reported.getAndSet(kind + which));
    if (news) {
      telemetry.event(PREFIX + kind, tags);
    }
    return news;
  }

  /** By one thread at a time; the first is reported. */
  void listenerFailed(Throwable fault) {
    LOG.warn("topology {}: the listener failed", topology, fault);
    if (listenerFailures.sum() == 0) {
      telemetry.event(PREFIX + "listener.failed", tags);
    }
    listenerFailures.increment();
  }
}
