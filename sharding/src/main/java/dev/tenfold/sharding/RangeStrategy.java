// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of keys, each in a shard: keys that are near each other live together, so that a scan asks
 * few shards. Of integers or of text.
 *
 * <pre>{@code
 * RangeStrategy orders =
 *     RangeStrategy.integers().from(0L, old).from(1_000_000L, recent).until(2_000_000L).build();
 * RangeStrategy names = RangeStrategy.texts().from("", first).from("n", second).build();
 * }</pre>
 *
 * <p>A range begins where it says and ends where the next one begins, so there are neither gaps nor
 * overlaps; the last one ends at {@code until}, or never. A key below the first range or behind the
 * last is refused: there is no default shard. Integers of all types agree. Text is ordered by its
 * UTF-8 bytes, read as unsigned, which is the order of code points in every locale and is not the
 * order of {@link String#compareTo} beyond U+FFFF, nor of a database's collation.
 *
 * <p>What moves: what lies between the old and the new border. A range may be split, and a shard
 * may own several.
 *
 * <p>Balance: as the keys are. Keys that grow all go to the last range, which is the hot shard.
 *
 * <p>Cost. A binary search, log<sub>2</sub> of the number of ranges comparisons; 12 to 16 bytes per
 * range of integers, and the UTF-8 of its beginning per range of text.
 *
 * <p>Immutable, thread-safe, never blocks. A route by an integer allocates nothing, one by text its
 * UTF-8 bytes.
 *
 * <p>Source: the range partitioning of D. DeWitt, J. Gray, "Parallel database systems", <a
 * href="https://doi.org/10.1145/129888.129894">doi:10.1145/129888.129894</a>, 1992.
 */
public final class RangeStrategy implements ShardStrategy {
  private static final int MOST = 65_536;

  private final Borders borders;
  private final ShardId[] owners; // by range; a border more than these ends the last
  private final List<ShardId> shards;

  private RangeStrategy(Borders borders, Collection<ShardId> owners) {
    this.borders = borders;
    this.owners = owners.toArray(ShardId[]::new);
    this.shards = ShardList.listed(List.copyOf(new LinkedHashSet<>(owners)));
  }

  /** Where ranges begin. */
  private interface Borders {
    /** Returns how many ranges begin at the key or before it. */
    int upTo(Object key);

    /** Returns how many ranges begin at the key or before it. */
    int upTo(long key);
  }

  private static final class Integers implements Borders {
    private final long[] borders;

    private Integers(List<Long> borders) {
      this.borders = borders.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public int upTo(Object key) {
      if (!TypedKeys.isInteger(key)) {
        throw mistyped(key, "integers of at most 64 bits");
      }
      return upTo(((Number) key).longValue());
    }

    @Override
    public int upTo(long key) {
      return through(Arrays.binarySearch(borders, key));
    }
  }

  private static final class Texts implements Borders {
    private final byte[][] borders;

    private Texts(List<String> borders) {
      this.borders = borders.stream().map(StableHash::canonical).toArray(byte[][]::new);
    }

    @Override
    public int upTo(Object key) {
      if (!(key instanceof CharSequence)) {
        throw mistyped(key, "text");
      }
      byte[] bytes = StableHash.canonical(key);
      return through(Arrays.binarySearch(borders, bytes, Arrays::compareUnsigned));
    }

    @Override
    public int upTo(long key) {
      return upTo((Object) key);
    }
  }

  private static int through(int found) {
    return found >= 0 ? found + 1 : -(found + 1);
  }

  private static IllegalArgumentException mistyped(Object key, String taken) {
    return new IllegalArgumentException(
        "a key of type "
            + key.getClass().getName()
            + " is in no range; these are ranges of "
            + taken);
  }

  /**
   * Begins ranges of integers.
   *
   * @return a builder
   */
  public static Builder<Long> integers() {
    return new Builder<>(new TreeMap<>(), Integers::new);
  }

  /**
   * Begins ranges of text.
   *
   * @return a builder
   */
  public static Builder<String> texts() {
    return new Builder<>(
        new TreeMap<>(
            (a, b) -> Arrays.compareUnsigned(StableHash.canonical(a), StableHash.canonical(b))),
        Texts::new);
  }

  /**
   * Returns who can be answered.
   *
   * @return an immutable list, in the order of their first ranges
   */
  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    return owner(borders.upTo(TypedKeys.required(key)) - 1, key);
  }

  @Override
  public ShardId route(long key) {
    int range = borders.upTo(key) - 1;
    return range >= 0 && range < owners.length ? owners[range] : owner(range, key);
  }

  private ShardId owner(int range, Object key) {
    if (range >= 0 && range < owners.length) {
      return owners[range];
    }
    throw new IllegalArgumentException(
        "key "
            + TypedKeys.shown(key)
            + " lies "
            + (range < 0 ? "before the first" : "behind the last")
            + " range; there is no default shard");
  }

  @Override
  public String toString() {
    return "RangeStrategy" + Arrays.toString(owners);
  }

  /**
   * Collects ranges, in any order. Not thread-safe.
   *
   * @param <K> what the ranges are of: {@code Long} or {@code String}
   */
  public static final class Builder<K> {
    private final NavigableMap<K, ShardId> ranges;
    private final Function<List<K>, Borders> borders;
    private @Nullable K end;

    private Builder(NavigableMap<K, ShardId> ranges, Function<List<K>, Borders> borders) {
      this.ranges = ranges;
      this.borders = borders;
    }

    /**
     * Adds a range, which ends where the next one begins.
     *
     * @param first the first key of it; no other range begins there
     * @param shard who owns it; may own others
     * @return this builder
     * @throws IllegalArgumentException if a range begins there already, if it would be the
     *     65,537th, or if the text has no UTF-8
     */
    public Builder<K> from(K first, ShardId shard) {
      Objects.requireNonNull(first, "the first key of a range is null");
      Objects.requireNonNull(shard, "the shard of a range is null");
      ShardId other = ranges.get(first);
      if (other != null) {
        throw new IllegalArgumentException(
            "the range from " + TypedKeys.shown(first) + " is owned by " + other + " already");
      }
      if (ranges.size() == MOST) {
        throw new IllegalArgumentException(
            "the range from " + TypedKeys.shown(first) + " is one too many; the most is " + MOST);
      }
      ranges.put(first, shard);
      return this;
    }

    /**
     * Ends the last range. Without it the last range takes every key from its first on.
     *
     * @param limit the first key that belongs to no range any more; behind every {@link #from}
     * @return this builder
     */
    public Builder<K> until(K limit) {
      this.end = Objects.requireNonNull(limit, "limit");
      return this;
    }

    /**
     * Builds the strategy.
     *
     * @return the ranges
     * @throws IllegalStateException if there is no range, or the last one would be empty
     * @throws IllegalArgumentException if there are more than 4,096 shards, or a text of {@link
     *     #until} has no UTF-8
     */
    public RangeStrategy build() {
      if (ranges.isEmpty()) {
        throw new IllegalStateException("there is no range; add one with from()");
      }
      List<K> starts = new ArrayList<>(ranges.keySet());
      K limit = end;
      if (limit != null) {
        Map.Entry<K, ShardId> last = ranges.ceilingEntry(limit);
        if (last != null) {
          throw new IllegalStateException(
              "until("
                  + TypedKeys.shown(limit)
                  + ") leaves nothing of the range from("
                  + TypedKeys.shown(last.getKey())
                  + ")");
        }
        starts.add(limit);
      }
      return new RangeStrategy(borders.apply(starts), ranges.values());
    }
  }
}
