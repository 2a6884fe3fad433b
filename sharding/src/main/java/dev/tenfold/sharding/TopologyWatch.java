// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows a topology that is kept elsewhere: loads it at once, then again and again, and publishes
 * each newer version.
 *
 * <pre>{@code
 * try (TopologyWatch orders = TopologyWatch.builder(TopologyFile.at(path)).build()) {
 *   ShardRouter router = ShardRouter.of(orders);
 *   ...
 * }
 * }</pre>
 *
 * <p>Guarantees. There is no watch without a topology: {@link Builder#build} loads the first on the
 * calling thread and throws if it cannot. From then on {@link #current} answers whole topologies of
 * one name and one number of slots, whose versions only rise: each is published by one volatile
 * write. A load that fails, a text that does not parse, another name or number of slots, a version
 * that goes back, and the same version with another checksum are refused: the last good topology
 * stays, the refusal is counted, {@linkplain #lastFailure() remembered} and, unless the load before
 * failed alike (by the class of what was thrown), logged and reported. Versions may be left out. A
 * text equal to the last good one is not parsed.
 *
 * <p>One load is under way at a time, and the next poll is scheduled when one has ended. So a load
 * that hangs ends the polling until it returns, and nothing but {@link #age} tells: watch that
 * gauge, and let the loader bound its waiting. An executor that refuses a poll costs that poll, no
 * more; one that silently drops tasks ends the polling. So does a time source that cannot schedule
 * the next poll, until the next {@link #refresh}: that is counted and remembered as a failure.
 *
 * <p>Not promised: that two processes switch at the same moment. They disagree for up to a period
 * and a load, about the keys of the {@code MigrationPlan} between their versions and no others. A
 * process that starts takes what its source says then, whatever another process has seen before.
 * Nor that a version was evolved from the one in force: one built anew moves more than it need, but
 * once it is published, processes that refused it would disagree with those that start by it.
 *
 * <p>Telemetry, tagged with the topology's name: gauges {@code tenfold.sharding.topology.version}
 * and {@code .age.seconds}; counters {@code .loads}, {@code .failures}, {@code .refusals} and
 * {@code .listener.failures}; latency {@code .load}; events {@code .changed}, {@code .failed},
 * {@code .refused}, {@code .recovered} and {@code .listener.failed}.
 *
 * <p>Thread-safe. {@link #current} is one volatile read; nothing but {@link #refresh} and {@code
 * build} blocks. A watch keeps the topology and its text: some 550,000 characters for the most
 * slots and shards, without pins. A load holds a second text.
 */
public final class TopologyWatch implements TopologySource, AutoCloseable {
  private final TopologyLoader loader;
  private final TimeSource time;
  private final @Nullable BiConsumer<Topology, Topology> listener;
  private final WatchSignals signals;
  private final Poller polls;
  private final AtomicReference<@Nullable LoadInProgress> underWay = new AtomicReference<>();
  private String text; // of the current topology; read and written by whoever loads
  private volatile Topology current;
  private volatile long confirmedNanos;

  private TopologyWatch(Builder builder, Topology first, String text, long beganNanos) {
    this.loader = builder.loader;
    this.time = builder.time;
    this.listener = builder.listener;
    this.text = text;
    this.current = first;
    this.confirmedNanos = beganNanos;
    this.signals =
        new WatchSignals(
            builder.loader, this::current, () -> age().toNanos() / 1e9, builder.telemetry);
    this.polls =
        new Poller(builder.time, builder.executor, builder.period.toNanos(), this::poll, signals);
  }

  /**
   * Begins a watch.
   *
   * @param loader fetches the text; a lambda will do
   * @return a builder
   */
  public static Builder builder(TopologyLoader loader) {
    return new Builder(Objects.requireNonNull(loader, "loader"));
  }

  /**
   * Returns the newest good topology. Goes on to answer after {@link #close}.
   *
   * @return the same object until a newer version is published
   */
  @Override
  public Topology current() {
    return current;
  }

  /**
   * Returns how old the news is: the time since the latest load began that confirmed or replaced
   * the topology. Grows by itself while loads fail, hang or do not happen.
   *
   * @return zero or more, by the watch's time source
   */
  public Duration age() {
    long since = confirmedNanos; // before the clock, or it could lie ahead
    return Duration.ofNanos(Math.max(0, time.nanoTime() - since));
  }

  /**
   * Returns why the topology could not be confirmed or replaced of late.
   *
   * @return a {@link TopologyException} that names the topologies concerned, with what the loader
   *     threw as its cause; empty if the latest load ended well
   */
  public Optional<Throwable> lastFailure() {
    return Optional.ofNullable(signals.last());
  }

  /**
   * Returns how many loads failed: the loader threw, there was an Error while its text was parsed,
   * the executor refused the poll, or the time source could not schedule the next.
   *
   * @return the count since the watch was built
   */
  public long failures() {
    return signals.failures();
  }

  /**
   * Returns how many loads brought a text that could not follow the topology.
   *
   * @return the count since the watch was built
   */
  public long refusals() {
    return signals.refusals();
  }

  /**
   * Returns how often the listener threw.
   *
   * @return the count since the watch was built
   */
  public long listenerFailures() {
    return signals.listenerFailures();
  }

  /**
   * Loads now, on the calling thread: for a deploy that has just published. Waits for a load that
   * is under way, as that may have looked before; callers who wait together share the next one.
   * Waiting ends with the caller's {@link Deadline}, which is to be on the watch's time source, and
   * with {@link #close}; a load on this thread is not interrupted.
   *
   * @return the topology that holds after a load that began after this call
   * @throws TopologyException if the load failed or what it brought was refused, which counts as
   *     for a poll, or the wait ended by interrupt (the flag is set again) or Deadline
   * @throws IllegalStateException if the watch is closed, or this is called from within its own
   *     loader or listener
   * @throws Error as the loader or the parsing threw it, counted as a failure
   */
  public Topology refresh() {
    LoadInProgress before = underWay.get();
    LoadInProgress mine = new LoadInProgress();
    requireOpen();
    for (LoadInProgress other = begin(mine); other != null; other = begin(mine)) {
      requireOpen(); // again: close() wakes those who wait for the load of that moment
      boolean good = await(other);
      requireOpen();
      if (good && other != before) {
        return current;
      }
    }
    try {
      run(mine);
    } finally {
      polls.resume();
    }
    return current;
  }

  /** Takes the turn and returns null, or returns whose it is. */
  private @Nullable LoadInProgress begin(LoadInProgress mine) {
    return underWay.compareAndExchange(null, mine);
  }

  private void requireOpen() {
    if (polls.ended()) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  /** Returns whether the other load ended well. */
  private boolean await(LoadInProgress other) {
    if (other.isOfThisThread()) {
      throw new IllegalStateException(
          "refresh() of " + this + " from within its own loader or listener");
    }
    try {
      if (!other.await(time)) {
        throw new TopologyException(
            "the Deadline ended while another load of " + this + " was under way", null);
      }
      return other.good();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new TopologyException(
          "interrupted while another load of " + this + " was under way", interrupted);
    }
  }

  /** A load that is under way does as well. */
  private void poll() {
    LoadInProgress mine = new LoadInProgress();
    try {
      if (!polls.ended() && begin(mine) == null) {
        run(mine);
      }
    } catch (RuntimeException | Error noted) {
      // counted, remembered and reported, or the watch is closed; the next poll tries again
    }
  }

  private void run(LoadInProgress mine) {
    boolean good = false;
    try {
      load();
      good = true;
    } finally {
      underWay.set(null);
      mine.end(good);
    }
  }

  private void load() {
    long began = time.nanoTime();
    signals.began();
    Topology before = current;
    String loaded = fetch();
    Topology now = loaded.equals(text) ? before : successor(before, loaded);
    requireOpen();
    text = loaded;
    if (now != before) {
      current = now;
      signals.changed(before, now);
    }
    confirmedNanos = began;
    signals.confirmed();
    if (signals.latency.enabled()) {
      signals.latency.record(time.nanoTime() - began);
    }
    if (now != before) {
      tell(before, now);
    }
  }

  private String fetch() {
    try {
      return fetch(loader);
    } catch (Throwable failure) {
      TopologyException counted = signals.failed(failure);
      if (failure instanceof Error error) {
        throw error;
      }
      throw counted;
    }
  }

  private static String fetch(TopologyLoader loader) throws Exception {
    try {
      return Objects.requireNonNull(loader.load(), "the loader answered null");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw interrupted;
    }
  }

  /** Returns what follows: the same object if it is the same topology. */
  private Topology successor(Topology before, String loaded) {
    try {
      Topology after = Topology.parse(loaded);
      return VersionRules.advances(before, after) ? after : before;
    } catch (RuntimeException refused) {
      throw signals.refused(refused);
    } catch (Error failure) {
      signals.failed(failure);
      throw failure;
    }
  }

  private void tell(Topology before, Topology now) {
    if (listener != null) {
      try {
        listener.accept(before, now);
      } catch (Throwable fault) {
        signals.listenerFailed(fault);
      }
    }
  }

  /**
   * Ends the polling. {@link #current} goes on to answer the last good topology. A load that is
   * under way is neither waited for nor interrupted; what it brings is dropped unless it is being
   * published at this moment, and whoever waits for it in {@link #refresh} is told that the watch
   * is closed. Closing twice is harmless.
   */
  @Override
  public void close() {
    polls.end();
    LoadInProgress last = underWay.get();
    if (last != null) {
      last.end(false);
    }
    signals.close();
  }

  @Override
  public String toString() {
    return "TopologyWatch[" + current + (polls.ended() ? ", closed]" : "]");
  }

  /** Collects the options of a {@link TopologyWatch}. Not thread-safe. */
  public static final class Builder {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    private final TopologyLoader loader;
    private Duration period = Duration.ofSeconds(5);
    private TimeSource time = TimeSource.system();
    private Executor executor = new CompletableFuture<Void>().defaultExecutor();
    private Telemetry telemetry = Telemetry.none();
    private @Nullable BiConsumer<Topology, Topology> listener;

    private Builder(TopologyLoader loader) {
      this.loader = loader;
    }

    /**
     * Sets how long after a load the next one begins.
     *
     * @param pause 1 ms to 1 day; 5 s by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder every(Duration pause) {
      if (pause.compareTo(SHORTEST) < 0 || pause.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "every " + pause + " is not from " + SHORTEST + " to " + LONGEST);
      }
      this.period = pause;
      return this;
    }

    /**
     * Sets the clock and timer.
     *
     * @param source {@link TimeSource#system()} by default
     * @return this builder
     */
    public Builder timeSource(TimeSource source) {
      this.time = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Sets what runs the polls, loader and listener included, one at a time. It is not shut down.
     *
     * @param polls that of {@link CompletableFuture#defaultExecutor()} by default; one that runs
     *     tasks on the calling thread would let the loader block the timer
     * @return this builder
     */
    public Builder executor(Executor polls) {
      this.executor = Objects.requireNonNull(polls, "polls");
      return this;
    }

    /**
     * Sets where counters, gauges and events go.
     *
     * @param sink {@link Telemetry#none()} by default
     * @return this builder
     */
    public Builder telemetry(Telemetry sink) {
      this.telemetry = Objects.requireNonNull(sink, "sink");
      return this;
    }

    /**
     * Hears of each newer version after it was published, in order and one at a time, on the thread
     * that loaded it; not of the first. The next load waits for it to return. If it throws, that is
     * counted and the topology holds all the same.
     *
     * @param change takes the topology before and the one now; must not wait for a {@link #refresh}
     * @return this builder
     */
    public Builder onChange(BiConsumer<Topology, Topology> change) {
      this.listener = Objects.requireNonNull(change, "change");
      return this;
    }

    /**
     * Loads the first topology on the calling thread and begins to poll.
     *
     * @return the watch; close it to end the polling
     * @throws TopologyException if the loader throws, or answers no topology; an interrupted
     *     thread's flag is set again
     * @throws RuntimeException as the telemetry or the time source threw it
     * @throws Error as the loader, the parsing, the telemetry or the time source threw it
     */
    public TopologyWatch build() {
      long began = time.nanoTime();
      String text;
      Topology first;
      try {
        text = fetch(loader);
        first = Topology.parse(text);
      } catch (Exception failure) {
        throw new TopologyException(
            WatchSignals.named(loader)
                + "there is no topology to begin with: "
                + WatchSignals.shown(failure),
            failure);
      }
      TopologyWatch watch = new TopologyWatch(this, first, text, began);
      try {
        watch.polls.start();
        return watch;
      } catch (RuntimeException | Error failure) {
        watch.close();
        throw failure;
      }
    }
  }
}
