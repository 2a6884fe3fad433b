// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TopologySource} that follows a topology in another place: loads it at once, then
 * periodically, and publishes each higher version.
 *
 * <pre>{@code
 * try (TopologyWatch orders = TopologyWatch.builder(TopologyFile.at(path)).build()) {
 *   ShardRouter router = ShardRouter.of(orders);
 *   ...
 * }
 * }</pre>
 *
 * <p><b>Guarantees.</b> A watch always has a topology: {@link Builder#build} loads the first one on
 * the calling thread and throws if it cannot. From then on {@link #current} returns whole
 * topologies of one name and one number of slots, whose versions only rise; one volatile write
 * publishes each. These are refused: a load that fails, a text that does not parse, another name or
 * number of slots, a version that goes back, and the same version with another checksum. In each
 * case the last good topology stays; the refusal is counted, and {@link #lastFailure} returns it.
 * The refusal is also logged and reported as an event, unless the load before was refused for the
 * same kind of reason and with the same class of exception. Versions can be left out. A text that
 * equals the last good one is not parsed.
 *
 * <p>One load runs at a time, and the next poll is scheduled when a load has ended. So a load that
 * hangs stops the polls until it returns, and only {@link #age} shows it: watch that gauge, and
 * limit the waits of the loader. If the executor refuses a poll, only that poll is lost; if it
 * drops tasks silently, the polls stop. If the time source cannot schedule the next poll, this is
 * counted and kept as a failure, and the polls stop until the next {@link #refresh}.
 *
 * <p><b>No guarantees.</b> Two processes do not switch at the same moment. For up to a period and a
 * load they disagree about the keys of the {@link MigrationPlan} between their versions, and about
 * no other keys. A process that starts takes what its source has, whatever another process saw
 * before. A version is not necessarily evolved from the one in force: a version that was built anew
 * moves more slots than needed, but a process that refused it would disagree with those that start
 * with it.
 *
 * <p>Telemetry, tagged with the name of the topology: gauges {@code
 * tenfold.sharding.topology.version} and {@code .age.seconds}; counters {@code .loads}, {@code
 * .failures}, {@code .refusals} and {@code .listener.failures}; latency {@code .load}; events
 * {@code .changed}, {@code .failed}, {@code .refused}, {@code .recovered} and {@code
 * .listener.failed}.
 *
 * <p>Thread-safe. {@link #current} is one volatile read. Only {@link #refresh} and {@code build}
 * block. A watch holds the topology and its text: some 550,000 characters for the most slots and
 * shards, without pins. A load holds a second text.
 *
 * <p>{@link Poller} schedules the polls, {@link TopologyReader} loads and parses, {@link
 * VersionRules} decides what can follow, and {@link WatchMetrics} counts and reports.
 */
public final class TopologyWatch implements TopologySource, AutoCloseable {
  private final TimeSource time;
  private final @Nullable BiConsumer<Topology, Topology> listener;
  private final WatchMetrics metrics;
  private final TopologyReader reader;
  private final Poller poller;
  private final AtomicReference<@Nullable LoadInProgress> inProgress = new AtomicReference<>();
  private volatile Topology current;
  private volatile long confirmedNanos;

  private TopologyWatch(Builder builder, Topology first, String text, long beganNanos) {
    this.time = builder.time;
    this.listener = builder.listener;
    this.current = first;
    this.confirmedNanos = beganNanos;
    this.metrics =
        new WatchMetrics(
            builder.loader, this::current, () -> age().toNanos() / 1e9, builder.telemetry);
    this.reader = new TopologyReader(builder.loader, text, metrics);
    this.poller =
        new Poller(builder.time, builder.executor, builder.period.toNanos(), this::poll, metrics);
  }

  /**
   * Begins a watch.
   *
   * @param loader loads the text; can be a lambda
   * @return a builder
   */
  public static Builder builder(TopologyLoader loader) {
    return new Builder(Objects.requireNonNull(loader, "loader"));
  }

  /**
   * Returns the topology in force, also after {@link #close}.
   *
   * @return the same object until a higher version is published
   */
  @Override
  public Topology current() {
    return current;
  }

  /**
   * Returns the age of the topology: the time since the beginning of the last load that confirmed
   * or replaced it. The age grows while loads fail, hang or do not happen.
   *
   * @return zero or more, by the time source of the watch
   */
  public Duration age() {
    long since = confirmedNanos; // read before the clock, which is then not behind
    return Duration.ofNanos(Math.max(0, time.nanoTime() - since));
  }

  /**
   * Returns why the last load did not confirm or replace the topology.
   *
   * @return a {@link TopologyException} that names the topologies, with the exception of the loader
   *     as its cause; empty if the last load succeeded
   */
  public Optional<Throwable> lastFailure() {
    return Optional.ofNullable(metrics.lastFailure());
  }

  /**
   * Returns the number of failures: the loader threw, parsing ended with an Error, the executor
   * refused a poll, or the time source could not schedule the next poll.
   *
   * @return the number since the watch was built
   */
  public long failures() {
    return metrics.failures();
  }

  /**
   * Returns the number of loads whose text is no topology, or cannot follow the one in force.
   *
   * @return the number since the watch was built
   */
  public long refusals() {
    return metrics.refusals();
  }

  /**
   * Returns the number of times the listener threw.
   *
   * @return the number since the watch was built
   */
  public long listenerFailures() {
    return metrics.listenerFailures();
  }

  /**
   * Loads now, on the calling thread: for a deployment that has just published. If a load is in
   * progress, which can have read the older version, waits for its end and loads again; callers who
   * wait together share the next load. The wait ends with the caller's {@link Deadline}, which must
   * use the time source of the watch, and with {@link #close}. The load itself is not interrupted.
   *
   * @return the topology in force after a load that began after this call
   * @throws TopologyException if the load failed or its text was refused, which counts as for a
   *     poll, or if the wait ended by an interrupt (the flag is set again) or by the Deadline
   * @throws IllegalStateException if the watch is closed, or the caller is its own loader or
   *     listener
   * @throws Error if the loader or the parser throws an Error, which counts as a failure
   */
  public Topology refresh() {
    LoadInProgress before = inProgress.get();
    LoadInProgress mine = new LoadInProgress();
    requireOpen();
    for (LoadInProgress other = begin(mine); other != null; other = begin(mine)) {
      requireOpen(); // close() wakes the threads that wait for the load of that moment
      boolean succeeded = await(other);
      requireOpen();
      if (succeeded && other != before) {
        return current;
      }
    }
    try {
      run(mine);
    } finally {
      poller.resume();
    }
    return current;
  }

  /** Begins a load and returns null, or returns the load in progress. */
  private @Nullable LoadInProgress begin(LoadInProgress mine) {
    return inProgress.compareAndExchange(null, mine);
  }

  private void requireOpen() {
    if (poller.stopped()) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  /** Waits for a load in progress. Returns whether the load succeeded. */
  private boolean await(LoadInProgress other) {
    if (other.isOfThisThread()) {
      throw new IllegalStateException(
          "refresh() of " + this + " was called by its own loader or listener");
    }
    try {
      if (!other.await(time)) {
        throw new TopologyException(
            "the Deadline ended while another load of " + this + " was in progress", null);
      }
      return other.succeeded();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new TopologyException(
          "interrupted while another load of " + this + " was in progress", interrupted);
    }
  }

  /** Loads, unless a load is in progress. */
  private void poll() {
    LoadInProgress mine = new LoadInProgress();
    try {
      if (!poller.stopped() && begin(mine) == null) {
        run(mine);
      }
    } catch (RuntimeException | Error reported) {
      // counted, kept and reported, or the watch is closed; the next poll tries again
    }
  }

  private void run(LoadInProgress mine) {
    boolean succeeded = false;
    try {
      load();
      succeeded = true;
    } finally {
      inProgress.set(null);
      mine.end(succeeded);
    }
  }

  private void load() {
    long began = time.nanoTime();
    metrics.loadBegan();
    Topology before = current;
    String text = reader.load();
    Topology now = reader.parse(before, text);
    requireOpen();
    reader.keep(text);
    if (now != before) {
      current = now;
      metrics.topologyChanged(before, now);
    }
    confirmedNanos = began;
    metrics.loadSucceeded();
    if (metrics.latency.enabled()) {
      metrics.latency.record(time.nanoTime() - began);
    }
    if (now != before) {
      notifyListener(before, now);
    }
  }

  private void notifyListener(Topology before, Topology now) {
    if (listener != null) {
      try {
        listener.accept(before, now);
      } catch (Throwable fault) {
        metrics.listenerFailed(fault);
      }
    }
  }

  /**
   * Stops the polls. {@link #current} still returns the last good topology. A load in progress is
   * neither waited for nor interrupted; its result is dropped, unless it is being published at this
   * moment, and threads that wait for it in {@link #refresh} get an {@link IllegalStateException}.
   * A second call has no effect.
   */
  @Override
  public void close() {
    poller.stop();
    LoadInProgress last = inProgress.get();
    if (last != null) {
      last.end(false);
    }
    metrics.close();
  }

  @Override
  public String toString() {
    return "TopologyWatch[" + current + (poller.stopped() ? ", closed]" : "]");
  }

  /** Builds a {@link TopologyWatch}. Not thread-safe. */
  public static final class Builder {
    private static final Duration MIN_PERIOD = Duration.ofMillis(1);
    private static final Duration MAX_PERIOD = Duration.ofDays(1);

    private final TopologyLoader loader;
    private Duration period = Duration.ofSeconds(5);
    private TimeSource time = TimeSource.system();
    private @Nullable Executor executor;
    private Telemetry telemetry = Telemetry.none();
    private @Nullable BiConsumer<Topology, Topology> listener;

    private Builder(TopologyLoader loader) {
      this.loader = loader;
    }

    /**
     * Sets the period of the polls: the time between the end of a load and the next poll. Default 5
     * s.
     *
     * @param period 1 ms to 1 day
     * @return this builder
     * @throws IllegalArgumentException if the period is out of range
     */
    public Builder every(Duration period) {
      this.period = Checks.range(MIN_PERIOD, MAX_PERIOD, "every of TopologyWatch", period);
      return this;
    }

    /**
     * Sets the clock and the timer. Default {@link TimeSource#system()}.
     *
     * @param time the time source
     * @return this builder
     */
    public Builder timeSource(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets the executor of the polls, which run loader and listener, one poll at a time. The watch
     * does not shut it down. Default {@link TimeSource#handOver}, which other tasks cannot block.
     *
     * @param executor the executor
     * @return this builder
     */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Sets the receiver of counters, gauges, latencies and events. Default {@link
     * Telemetry#none()}.
     *
     * @param telemetry the receiver
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Sets the listener of changes. The thread that loaded calls it after each higher version was
     * published, in order and one at a time, but not for the first topology. The next load waits
     * for the listener to return. An exception of the listener is counted, and the topology stays
     * in force. Default: none.
     *
     * @param listener takes the topology before and the topology now; must not wait for a {@link
     *     #refresh}
     * @return this builder
     */
    public Builder onChange(BiConsumer<Topology, Topology> listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Loads the first topology on the calling thread and starts the polls.
     *
     * @return the watch; close it to stop the polls
     * @throws TopologyException if the loader throws, or its text is no topology; after an
     *     interrupt the flag is set again
     * @throws RuntimeException if the telemetry or the time source throws it
     * @throws Error if the loader, the parser, the telemetry or the time source throws it
     */
    public TopologyWatch build() {
      long began = time.nanoTime();
      String text;
      Topology first;
      try {
        text = TopologyReader.load(loader);
        first = Topology.parse(text);
      } catch (Exception failure) {
        throw new TopologyException(
            WatchMetrics.prefix(loader)
                + "there is no topology to begin with: "
                + WatchMetrics.display(failure),
            failure);
      }
      TopologyWatch watch = new TopologyWatch(this, first, text, began);
      try {
        watch.poller.start();
        return watch;
      } catch (RuntimeException | Error failure) {
        watch.close();
        throw failure;
      }
    }
  }
}
