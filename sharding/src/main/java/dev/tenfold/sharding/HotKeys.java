// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import dev.tenfold.core.StableHash;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ShardStrategy} that routes as a router does, and finds the keys that are routed most
 * often: candidates for a pin.
 *
 * <pre>{@code
 * HotKeys routes = HotKeys.observing(router).build();
 * ShardId shard = routes.route(userId);
 * for (HotKeys.HotKey hot : routes.top(shard)) { ... }      // highest count first
 * }</pre>
 *
 * <p><b>Guarantees.</b> Every route returns what the router returns, and fails as the router fails.
 * No fault of the observation reaches the caller, except that a route uses two more stack frames.
 * On average one route in {@code sampleEvery} is a sample, whatever the rhythm of the traffic. Let
 * {@code n} be the number of samples in the counters of a shard. Then a key of one type occurred in
 * at least {@code (count - error) / sampleEvery} and at most {@code count / sampleEvery} of the
 * samples, {@code error / sampleEvery} is at most {@code n / (4 × top)}, and every key of one type
 * that makes up more than one in {@code top} of the samples is in the result. All types of integers
 * are one type here, and so are all types of text. The counters count since {@link #clear}. If
 * memory or the stack gives out while counters change, the sample is lost and these counters start
 * anew; nothing else happens.
 *
 * <p><b>No guarantees.</b> Samples are random, so counts of routes are estimates: for a key that
 * was sampled {@code s} times, the error is about {@code sampleEvery × √s}. A sample is lost if
 * another thread uses the counters of the same shard at that moment, if the key is longer than 256
 * characters or bytes, or if the sample fails; {@link #samples} returns the numbers. Threads whose
 * ids share a countdown can lose or double a step to the next sample, and a thread whose {@code
 * getId()} throws has no samples. Counts do not decay until {@link #clear}. A key that comes as
 * text, bytes, integer or UUID with the same canonical bytes is one key for the router, and one key
 * per type here.
 *
 * <p>Thread-safe. A route never blocks and writes nothing that all threads share. A route allocates
 * what the router allocates; besides, a sample allocates counters for new keys and copies of keys
 * that are not integers, and the first sample after a change of the topology allocates the counters
 * of its shards. For each shard of the topology the counters take some 650 bytes before the first
 * key, then at most 4 × {@code top} keys of some 40 bytes each, and the copy of each key that is
 * not an integer. The countdowns take 8 KiB; with 16 processors or more, up to 128 KiB.
 *
 * <p>{@link SampleCountdown} decides which routes are samples, {@link SpaceSaving} counts the keys,
 * and {@link HotKeySummary} admits one thread at a time.
 *
 * <p>Source: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k
 * elements in data streams", <a
 * href="https://doi.org/10.1007/978-3-540-30570-5_27">doi:10.1007/978-3-540-30570-5_27</a>, 2005.
 */
public final class HotKeys implements ShardStrategy {
  private static final int MAX_KEY_LENGTH = 256;
  private static final int COUNTERS_PER_KEY = 4;

  private final ShardRouter router;
  private final int sampleEvery;
  private final int top;
  private final SampleCountdown countdown;
  private final AtomicReference<HotKeySummaries> summaries;
  private final LongAdder counted = new LongAdder();
  private final LongAdder busy = new LongAdder();
  private final LongAdder tooLong = new LongAdder();
  private final LongAdder failed = new LongAdder();

  private HotKeys(Builder builder) {
    this.router = builder.router;
    this.sampleEvery = builder.sampleEvery;
    this.top = builder.top;
    this.countdown = new SampleCountdown(builder.sampleEvery);
    this.summaries = new AtomicReference<>(HotKeySummaries.of(router.topology(), counters()));
  }

  private int counters() {
    return COUNTERS_PER_KEY * top;
  }

  /**
   * Begins an observer of a router. Only routes through the observer are seen, not those through
   * the router itself.
   *
   * @param router decides the routes
   * @return a builder
   */
  public static Builder observing(ShardRouter router) {
    return new Builder(Objects.requireNonNull(router, "router"));
  }

  /**
   * Returns the router that is observed.
   *
   * @return the router
   */
  public ShardRouter router() {
    return router;
  }

  /**
   * Returns the shards of the router's topology.
   *
   * @return an immutable list, ordered by id
   */
  @Override
  public List<ShardId> shards() {
    return router.shards();
  }

  /**
   * Routes an integer as {@link ShardRouter#route(long)} does.
   *
   * @param key any value
   * @return the shard of the key
   */
  @Override
  public ShardId route(long key) {
    return observed(router.route(key), key);
  }

  /**
   * Routes a text as {@link ShardRouter#route(CharSequence)} does.
   *
   * @param key not null
   * @return the shard of the key
   * @throws NullPointerException if the key is null
   */
  public ShardId route(CharSequence key) {
    return observed(router.route(key), key);
  }

  /**
   * Routes bytes as {@link ShardRouter#route(byte[])} does.
   *
   * @param key not null
   * @return the shard of the key
   * @throws NullPointerException if the key is null
   */
  public ShardId route(byte[] key) {
    return observed(router.route(key), key);
  }

  /**
   * Routes a UUID as {@link ShardRouter#route(UUID)} does.
   *
   * @param key not null
   * @return the shard of the key
   * @throws NullPointerException if the key is null
   */
  public ShardId route(UUID key) {
    return observed(router.route(key), key);
  }

  /**
   * Routes a key by its type as {@link ShardRouter#route(Object)} does.
   *
   * @param key an integer type, text, bytes or a UUID
   * @return the shard of the key
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of its type have no stable hash
   */
  @Override
  public ShardId route(Object key) {
    return observed(router.route(key), key);
  }

  private ShardId observed(ShardId shard, long key) {
    try {
      if (countdown.isSample()) {
        sample(shard, key);
      }
    } catch (Throwable e) {
      // the stack has no room to count the failure, or the thread's getId() throws
    }
    return shard;
  }

  private ShardId observed(ShardId shard, Object key) {
    try {
      if (countdown.isSample()) {
        sample(shard, key);
      }
    } catch (Throwable e) {
      // as for an integer
    }
    return shard;
  }

  private void sample(ShardId shard, long key) {
    try {
      HotKeySummary summary = current().of(shard, StableHash.hash(key));
      count(summary != null && summary.tryAdd(key));
    } catch (Throwable e) {
      failed.increment();
    }
  }

  private void sample(ShardId shard, Object key) {
    if (key instanceof Number integer) { // the router refuses every other Number
      sample(shard, integer.longValue());
      return;
    }
    try {
      Object value = immutableCopy(key);
      if (value == null) {
        tooLong.increment();
        return;
      }
      HotKeySummary summary = current().of(shard, StableHash.hash(key));
      count(summary != null && summary.tryAdd(value));
    } catch (Throwable e) { // for example from a CharSequence of the caller
      failed.increment();
    }
  }

  private void count(boolean added) {
    (added ? counted : busy).increment();
  }

  /** Returns the key as an immutable value, or null if the key is too long. */
  private static @Nullable Object immutableCopy(Object key) {
    if (key instanceof CharSequence text) {
      String copy = text.length() > MAX_KEY_LENGTH ? null : text.toString();
      return copy == null || copy.length() > MAX_KEY_LENGTH ? null : copy;
    }
    if (key instanceof byte[] bytes) {
      return bytes.length > MAX_KEY_LENGTH ? null : ByteBuffer.wrap(bytes.clone());
    }
    return key; // a UUID
  }

  /**
   * Returns the summaries of the router's topology. Removed shards are dropped, new ones are empty.
   */
  private HotKeySummaries current() {
    while (true) {
      HotKeySummaries known = summaries.get(); // read before the topology, which is at least as new
      Topology topology = router.topology();
      if (known.isOf(topology)) {
        return known;
      }
      HotKeySummaries next = known.with(topology, counters());
      if (summaries.compareAndSet(known, next)) {
        return next;
      }
    }
  }

  /**
   * Returns the keys that were routed to a shard most often. Waits for a sample that is being
   * counted; samples at the same moment are lost.
   *
   * @param shard of the router's topology
   * @return at most {@link Builder#top} keys, highest count first; immutable; empty if no route to
   *     the shard was sampled, or the topology does not have the shard
   */
  public List<HotKey> top(ShardId shard) {
    HotKeySummary summary = current().of(Objects.requireNonNull(shard, "shard"));
    if (summary == null) {
      return List.of();
    }
    return summary.read(keys -> keys.top(top)).stream().map(this::scaled).toList();
  }

  private HotKey scaled(SpaceSaving.Counter counter) {
    Object key = counter.key() instanceof ByteBuffer bytes ? copy(bytes) : counter.key();
    return new HotKey(key, counter.count() * sampleEvery, counter.error() * sampleEvery);
  }

  private static byte[] copy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.limit()];
    bytes.get(0, copy);
    return copy;
  }

  /**
   * Estimates the number of routes to a shard since its counters started, without keys that are too
   * long.
   *
   * @param shard of the router's topology
   * @return the counted samples × {@code sampleEvery}; 0 if the topology does not have the shard
   */
  public long routes(ShardId shard) {
    HotKeySummary summary = current().of(Objects.requireNonNull(shard, "shard"));
    return summary == null ? 0 : summary.read(SpaceSaving::length) * sampleEvery;
  }

  /** Clears the counters of all shards. */
  public void clear() {
    current().all().forEach(HotKeySummary::clear);
  }

  /**
   * Returns what became of the samples since this observer was built. {@link #clear} does not
   * change these numbers.
   *
   * @return exact numbers, read at slightly different moments; a sample that fails at the very end
   *     of the stack can be in none of them
   */
  public Samples samples() {
    return new Samples(counted.sum(), busy.sum(), tooLong.sum(), failed.sum());
  }

  @Override
  public String toString() {
    return "HotKeys[" + router + ", 1 in " + sampleEvery + ", top " + top + "]";
  }

  /**
   * A key and an estimate of its routes.
   *
   * @param key a {@code Long} for every integer type, a {@code String} for text, a {@code UUID}, or
   *     a new {@code byte[]}; can be routed, and can be pinned if it has at most 128 canonical
   *     bytes
   * @param count an upper estimate of the routes: {@code sampleEvery} per sample
   * @param error the part of {@code count} that can be due to other keys; 0 to {@code count}
   */
  public record HotKey(Object key, long count, long error) {}

  /**
   * The numbers of samples, by what became of them.
   *
   * @param counted samples that were counted
   * @param busy samples that were lost because another thread used the counters of the shard, or
   *     because the topology changed
   * @param tooLong samples that were lost because the key is longer than 256 characters or bytes
   * @param failed samples that were lost because the key could not be read, or memory or the stack
   *     gave out
   */
  public record Samples(long counted, long busy, long tooLong, long failed) {}

  /** Builds {@link HotKeys}. Not thread-safe. */
  public static final class Builder {
    private static final int MAX_SAMPLE_EVERY = 1_000_000;
    private static final int MAX_TOP = 1000;

    private final ShardRouter router;
    private int sampleEvery = 64;
    private int top = 20;

    private Builder(ShardRouter router) {
      this.router = router;
    }

    /**
     * Sets the average number of routes per sample. A sample takes some hundred nanoseconds, any
     * other route one or two. Default 64.
     *
     * @param routes 1 to 1,000,000; 1 samples every route
     * @return this builder
     * @throws IllegalArgumentException if the number is out of range
     */
    public Builder sampleEvery(int routes) {
      this.sampleEvery = Checks.range(1, MAX_SAMPLE_EVERY, "sampleEvery of HotKeys", routes);
      return this;
    }

    /**
     * Sets the number of keys that {@link HotKeys#top} returns per shard. Four times as many keys
     * have counters. Default 20.
     *
     * @param keys 1 to 1,000
     * @return this builder
     * @throws IllegalArgumentException if the number is out of range
     */
    public Builder top(int keys) {
      this.top = Checks.range(1, MAX_TOP, "top of HotKeys", keys);
      return this;
    }

    /**
     * Builds the observer.
     *
     * @return a strategy to use in place of the router
     */
    public HotKeys build() {
      return new HotKeys(this);
    }
  }
}
