// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Routes as a router does and finds the keys that are routed most often: candidates for a pin.
 *
 * <pre>{@code
 * HotKeys routes = HotKeys.observing(router).build();
 * ShardId shard = routes.route(userId);
 * for (HotKeys.HotKey hot : routes.top(shard)) { ... }      // highest first
 * }</pre>
 *
 * <p><b>Guaranteed.</b> Every route answers what the router answers and fails as it fails; nothing
 * that goes wrong in the observing reaches the caller, but that a route takes two calls' more of
 * the stack. One route in {@code sampleEvery}, on average and whatever the rhythm of the traffic,
 * is a sample. Of the samples that a shard's counters hold, {@code n} in number: a key of one type
 * was in at least {@code (count - error) / sampleEvery} and at most {@code count / sampleEvery} of
 * them; {@code error / sampleEvery} is at most {@code n / (4 × top)}; and every key of one type
 * that makes up more than one in {@code top} of them is among the answers. All integer types are
 * one type here, and so is all text. The counters hold what was counted since {@link #clear}. They
 * begin anew if memory or the stack gives out while they change, which ends that sample and nothing
 * else.
 *
 * <p><b>Not guaranteed.</b> Samples are drawn by chance, so of the routes themselves the counts are
 * estimates: of a key that was sampled {@code s} times, off by about {@code sampleEvery × √s}. A
 * sample is lost if another thread is at the same shard's counters in that moment, if the key is
 * longer than 256 characters or bytes, or if it fails; {@link #samples} tells how many. Threads
 * whose ids share a counter may lose or double a step to the next sample, and one whose {@code
 * getId()} throws has no samples. Until {@link #clear}, everything counts alike, however old it is.
 * A key that comes as text, as bytes, as an integer or as a UUID of the same canonical bytes is one
 * key to the router, and one for each type here.
 *
 * <p>Thread-safe. A route never blocks and writes nothing that all threads share. It allocates
 * nothing beyond what the router does, but for counters as keys come and copies of sampled keys
 * that are no integers; the first sample after a change of the topology makes room for its shards.
 *
 * <p>Memory. For each shard of the router's topology, and no others, some 650 bytes before its
 * first key; then at most 4 × {@code top} keys, some 40 bytes and, unless it is an integer, the key
 * for each. The count-downs take 8 KiB, on machines of 16 processors and more up to 128.
 *
 * <p>Source: the summary of Metwally, Agrawal and El Abbadi, "space saving", <a
 * href="https://doi.org/10.1007/978-3-540-30570-5_27">doi:10.1007/978-3-540-30570-5_27</a>.
 */
public final class HotKeys implements ShardStrategy {
  private static final int MOST_LENGTH = 256;
  private static final int COUNTERS_PER_KEY = 4;

  private final ShardRouter router;
  private final int sampleEvery;
  private final int top;
  private final SampleCountdown countdowns;
  private final AtomicReference<Summaries> summaries;
  private final LongAdder counted = new LongAdder();
  private final LongAdder busy = new LongAdder();
  private final LongAdder tooLong = new LongAdder();
  private final LongAdder failed = new LongAdder();

  private HotKeys(Builder builder) {
    this.router = builder.router;
    this.sampleEvery = builder.sampleEvery;
    this.top = builder.top;
    this.countdowns = new SampleCountdown(builder.sampleEvery);
    this.summaries = new AtomicReference<>(new Summaries(router.topology(), Map.of(), counters()));
  }

  private int counters() {
    return COUNTERS_PER_KEY * top;
  }

  /**
   * Begins to observe a router. It does not notice: only routes through what is built are seen.
   *
   * @param router decides the routes
   * @return a builder
   */
  public static Builder observing(ShardRouter router) {
    return new Builder(Objects.requireNonNull(router, "router"));
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
   * @return where it lives
   */
  @Override
  public ShardId route(long key) {
    return observed(router.route(key), key);
  }

  /**
   * Routes a text as {@link ShardRouter#route(CharSequence)} does.
   *
   * @param key not null
   * @return where it lives
   * @throws NullPointerException if the key is null
   */
  public ShardId route(CharSequence key) {
    return observed(router.route(key), key);
  }

  /**
   * Routes bytes as {@link ShardRouter#route(byte[])} does.
   *
   * @param key not null
   * @return where it lives
   * @throws NullPointerException if the key is null
   */
  public ShardId route(byte[] key) {
    return observed(router.route(key), key);
  }

  /**
   * Routes a UUID as {@link ShardRouter#route(UUID)} does.
   *
   * @param key not null
   * @return where it lives
   * @throws NullPointerException if the key is null
   */
  public ShardId route(UUID key) {
    return observed(router.route(key), key);
  }

  /**
   * Routes a key by its type as {@link ShardRouter#route(Object)} does.
   *
   * @param key an integer type, text, bytes or a UUID
   * @return where it lives
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of its type have no stable hash
   */
  @Override
  public ShardId route(Object key) {
    return observed(router.route(key), key);
  }

  private ShardId observed(ShardId shard, long key) {
    try {
      if (countdowns.ends()) {
        sample(shard, key);
      }
    } catch (Throwable e) {
      // at the end of the stack with no room to count it, or on a thread that hides its id
    }
    return shard;
  }

  private ShardId observed(ShardId shard, Object key) {
    try {
      if (countdowns.ends()) {
        sample(shard, key);
      }
    } catch (Throwable e) {
      // as above
    }
    return shard;
  }

  private void sample(ShardId shard, long key) {
    try {
      Summary summary = current().of(shard, StableHash.hash(key));
      count(summary != null && summary.tryAdd(key));
    } catch (Throwable e) {
      failed.increment();
    }
  }

  private void sample(ShardId shard, Object key) {
    if (key instanceof Number integer) { // the router has refused all others
      sample(shard, integer.longValue());
      return;
    }
    try {
      Object value = value(key);
      if (value == null) {
        tooLong.increment();
        return;
      }
      Summary summary = current().of(shard, StableHash.hash(key));
      count(summary != null && summary.tryAdd(value));
    } catch (Throwable e) { // such as from a text of the caller's own class
      failed.increment();
    }
  }

  private void count(boolean added) {
    (added ? counted : busy).increment();
  }

  /** Returns the key as a value that does not change, or null if it is too long. */
  private static @Nullable Object value(Object key) {
    if (key instanceof CharSequence text) {
      String copy = text.length() > MOST_LENGTH ? null : text.toString();
      return copy == null || copy.length() > MOST_LENGTH ? null : copy;
    }
    if (key instanceof byte[] bytes) {
      return bytes.length > MOST_LENGTH ? null : ByteBuffer.wrap(bytes.clone());
    }
    return key; // a UUID
  }

  /** Returns the summaries of the router's topology: who has left is dropped, who is new begins. */
  private Summaries current() {
    while (true) {
      Summaries known = summaries.get(); // before the topology, which is then at least as new
      Topology topology = router.topology();
      if (known.topology == topology) {
        return known;
      }
      Summaries next = new Summaries(topology, known.byShard, counters());
      if (summaries.compareAndSet(known, next)) {
        return next;
      }
    }
  }

  /**
   * Returns the keys of a shard that were routed most often. Waits for an addition that is under
   * way, and keeps others from being sampled meanwhile.
   *
   * @param shard of the router's topology
   * @return as many as {@link Builder#top} at most, highest count first; immutable; empty if no
   *     route to the shard was sampled or the topology does not have it
   */
  public List<HotKey> top(ShardId shard) {
    Summary summary = current().of(Objects.requireNonNull(shard, "shard"));
    if (summary == null) {
      return List.of();
    }
    return summary.ask(keys -> keys.top(top)).stream().map(this::scaled).toList();
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
   * Estimates how many routes went to a shard since its counters began, by keys that were followed.
   *
   * @param shard of the router's topology
   * @return its samples × {@code sampleEvery}; 0 if the topology does not have it
   */
  public long routes(ShardId shard) {
    Summary summary = current().of(Objects.requireNonNull(shard, "shard"));
    return summary == null ? 0 : summary.ask(SpaceSaving::length) * sampleEvery;
  }

  /** Forgets all keys: what is routed from now on counts. */
  public void clear() {
    for (Summary summary : current().byShard.values()) {
      summary.clear();
    }
  }

  /**
   * Returns what became of the samples since this was built. {@link #clear} leaves it as it is.
   *
   * @return counts, each exact, of moments that may lie a little apart; a sample that fails where
   *     the stack is at its very end may be in none of them
   */
  public Samples samples() {
    return new Samples(counted.sum(), busy.sum(), tooLong.sum(), failed.sum());
  }

  @Override
  public String toString() {
    return "HotKeys[" + router + ", 1 in " + sampleEvery + ", top " + top + "]";
  }

  /** What is known of the shards of one topology. */
  private static final class Summaries {
    final Topology topology;
    final Map<ShardId, Summary> byShard = new HashMap<>(); // never written after construction
    private final Summary[] byIndex;

    Summaries(Topology topology, Map<ShardId, Summary> known, int counters) {
      this.topology = topology;
      for (ShardId shard : topology.shards()) {
        Summary summary = known.get(shard);
        byShard.put(shard, summary != null ? summary : new Summary(counters));
      }
      this.byIndex = topology.shards().stream().map(byShard::get).toArray(Summary[]::new);
    }

    /** The same, for fewer cache misses: the table has just led to the owner of the key's slot. */
    @Nullable Summary of(ShardId shard, long hash) {
      int slot = topology.slotOf(hash);
      return topology.ownerOf(slot).equals(shard)
          ? byIndex[Topology.index(topology.table()[slot])]
          : byShard.get(shard); // pinned, or routed by another topology
    }

    @Nullable Summary of(ShardId shard) {
      return byShard.get(shard);
    }
  }

  /**
   * The keys of one shard, for one thread at a time: whoever samples does not wait for another, and
   * no user code runs meanwhile. They are left by writing a field. That takes no call, so nothing
   * can prevent it; the end of the stack can prevent a lock's {@code unlock()}.
   */
  static final class Summary {
    private static final AtomicIntegerFieldUpdater<Summary> TAKEN =
        AtomicIntegerFieldUpdater.newUpdater(Summary.class, "taken");

    private final SpaceSaving keys;
    private volatile int taken; // 1 while a thread is at the keys

    Summary(int counters) {
      this.keys = new SpaceSaving(counters);
    }

    boolean tryAdd(long key) {
      if (!tryTake()) {
        return false;
      }
      try {
        keys.add(key);
        return true;
      } finally {
        taken = 0;
      }
    }

    boolean tryAdd(Object key) {
      if (!tryTake()) {
        return false;
      }
      try {
        keys.add(key);
        return true;
      } finally {
        taken = 0;
      }
    }

    void clear() {
      take();
      try {
        keys.clear();
      } finally {
        taken = 0;
      }
    }

    <T> T ask(Function<SpaceSaving, T> question) {
      take();
      try {
        return question.apply(keys);
      } finally {
        taken = 0;
      }
    }

    @SuppressWarnings("ThreadPriorityCheck") // it spares the one who is waited for, no more
    private void take() {
      while (!tryTake()) {
        Thread.yield();
      }
    }

    private boolean tryTake() {
      return taken == 0 && TAKEN.compareAndSet(this, 0, 1);
    }
  }

  /**
   * A key and an estimate of how often it was routed.
   *
   * @param key a {@code Long} for every integer type, a {@code String} for text, a {@code UUID}, or
   *     a new {@code byte[]}: it can be routed, and pinned unless it takes more than 128 canonical
   *     bytes
   * @param count the most that the samples stand for, {@code sampleEvery} for each
   * @param error how much of it may be due to other keys; 0 to {@code count}
   */
  public record HotKey(Object key, long count, long error) {}

  /**
   * What became of the samples.
   *
   * @param counted counted for their keys
   * @param busy lost: another thread was at the counters of the shard, or the topology changed
   * @param tooLong lost: the key is longer than 256 characters or bytes
   * @param failed given up: the key could not be read, or memory or the stack gave out
   */
  public record Samples(long counted, long busy, long tooLong, long failed) {}

  /** Settings. Not thread-safe. */
  public static final class Builder {
    private static final int MOST_BETWEEN = 1_000_000;
    private static final int MOST_TOP = 1000;

    private final ShardRouter router;
    private int sampleEvery = 64;
    private int top = 20;

    private Builder(ShardRouter router) {
      this.router = router;
    }

    /**
     * Sets how many routes go by per sample. A sample costs some hundred nanoseconds, the others
     * cost one or two.
     *
     * @param routes 1 to 1,000,000 on average; 1 samples all; 64 by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder sampleEvery(int routes) {
      this.sampleEvery = inRange("sampleEvery", routes, MOST_BETWEEN);
      return this;
    }

    /**
     * Sets how many keys are answered per shard. Four times as many are followed.
     *
     * @param keys 1 to 1,000; 20 by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder top(int keys) {
      this.top = inRange("top", keys, MOST_TOP);
      return this;
    }

    private static int inRange(String option, int value, int most) {
      if (value < 1 || value > most) {
        throw new IllegalArgumentException(option + " " + value + " is not from 1 to " + most);
      }
      return value;
    }

    /**
     * Builds it.
     *
     * @return routes to be used in place of the router's
     */
    public HotKeys build() {
      return new HotKeys(this);
    }
  }
}
