// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
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
 * Ranges of integers or of text, each with its shard. Neighbouring keys share a shard, so that a
 * scan asks few shards.
 *
 * <pre>{@code
 * RangeStrategy orders =
 *     RangeStrategy.integers().from(0L, old).from(1_000_000L, recent).until(2_000_000L).build();
 * RangeStrategy names = RangeStrategy.texts().from("", first).from("n", second).build();
 * }</pre>
 *
 * <p><b>Guarantees.</b> A range begins at its first key and ends where the next range begins, so
 * there are no gaps and no overlaps. The last range ends at {@code until}, or never. A key before
 * the first range or after the last is refused: there is no default shard. Integers of all types
 * agree. Text is ordered by its UTF-8 bytes, read as unsigned, which is the order of code points in
 * every locale. If a border changes, only the keys between the old and the new border move. A range
 * can be split, and a shard can own several ranges.
 *
 * <p><b>No guarantees.</b> The order of text is neither that of {@link String#compareTo} beyond
 * U+FFFF nor the collation of a database. Balance is that of the keys: if keys only grow, all new
 * keys go to the last range, and its shard becomes hot.
 *
 * <p>Immutable and thread-safe; never blocks. A route is a binary search over the ranges. A route
 * of an integer allocates nothing, a route of text its UTF-8 bytes. A range of integers takes 12 to
 * 16 bytes, a range of text also the UTF-8 of its first key.
 *
 * <p>Source: the range partitioning of D. DeWitt, J. Gray, "Parallel database systems", <a
 * href="https://doi.org/10.1145/129888.129894">doi:10.1145/129888.129894</a>, 1992.
 */
public final class RangeStrategy implements ShardStrategy {
  private static final int MAX_RANGES = 65_536;

  private final Borders borders;
  private final ShardId[] owners; // by range; one more border ends the last range
  private final List<ShardId> shards;

  private RangeStrategy(Borders borders, Collection<ShardId> owners) {
    this.borders = borders;
    this.owners = owners.toArray(ShardId[]::new);
    this.shards = ShardList.distinct(List.copyOf(new LinkedHashSet<>(owners)));
  }

  /** The first keys of the ranges. */
  private interface Borders {
    /** Returns the number of ranges that begin at or before the key. */
    int countUpTo(Object key);

    /** Returns the number of ranges that begin at or before the key. */
    int countUpTo(long key);
  }

  private static final class Integers implements Borders {
    private final long[] borders;

    private Integers(List<Long> borders) {
      this.borders = borders.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public int countUpTo(Object key) {
      if (!StableHash.isInteger(key)) {
        throw refusal(key, "integers of at most 64 bits");
      }
      return countUpTo(((Number) key).longValue());
    }

    @Override
    public int countUpTo(long key) {
      return count(Arrays.binarySearch(borders, key));
    }
  }

  private static final class Texts implements Borders {
    private final byte[][] borders;

    private Texts(List<String> borders) {
      this.borders = borders.stream().map(StableHash::canonical).toArray(byte[][]::new);
    }

    @Override
    public int countUpTo(Object key) {
      if (!(key instanceof CharSequence)) {
        throw refusal(key, "text");
      }
      byte[] bytes = StableHash.canonical(key);
      return count(Arrays.binarySearch(borders, bytes, Arrays::compareUnsigned));
    }

    @Override
    public int countUpTo(long key) {
      return countUpTo((Object) key);
    }
  }

  private static int count(int found) {
    return found >= 0 ? found + 1 : -(found + 1);
  }

  private static IllegalArgumentException refusal(Object key, String expected) {
    return new IllegalArgumentException(
        "a key of type "
            + key.getClass().getName()
            + " is in no range; these are ranges of "
            + expected);
  }

  /**
   * Begins a strategy over ranges of integers.
   *
   * @return a builder
   */
  public static Builder<Long> integers() {
    return new Builder<>(new TreeMap<>(), Integers::new);
  }

  /**
   * Begins a strategy over ranges of text.
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
   * Returns the shards that own a range.
   *
   * @return an immutable list, in the order of their first ranges
   */
  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    return owner(borders.countUpTo(ShardKeys.require(key)) - 1, key);
  }

  @Override
  public ShardId route(long key) {
    int range = borders.countUpTo(key) - 1;
    return range >= 0 && range < owners.length ? owners[range] : owner(range, key);
  }

  private ShardId owner(int range, Object key) {
    if (range >= 0 && range < owners.length) {
      return owners[range];
    }
    throw new IllegalArgumentException(
        "key "
            + ShardKeys.display(key)
            + " lies "
            + (range < 0 ? "before the first" : "after the last")
            + " range; there is no default shard");
  }

  @Override
  public String toString() {
    return "RangeStrategy" + Arrays.toString(owners);
  }

  /**
   * Builds a {@link RangeStrategy}. The order in which ranges are added does not matter. Not
   * thread-safe.
   *
   * @param <K> the type of the keys: {@code Long} or {@code String}
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
     * Adds a range. The range ends where the next one begins. At most 65,536 ranges.
     *
     * @param first the first key of the range; no other range begins there
     * @param shard the owner of the range; may own other ranges
     * @return this builder
     * @throws IllegalArgumentException if another range begins there, if there are too many ranges,
     *     or if the text has no UTF-8
     */
    public Builder<K> from(K first, ShardId shard) {
      Objects.requireNonNull(first, "the first key of a range is null");
      Objects.requireNonNull(shard, "the shard of a range is null");
      ShardId other = ranges.get(first);
      if (other != null) {
        throw new IllegalArgumentException(
            "the range from " + ShardKeys.display(first) + " already belongs to shard " + other);
      }
      Checks.range(1, MAX_RANGES, "number of ranges", ranges.size() + 1);
      ranges.put(first, shard);
      return this;
    }

    /**
     * Sets the end of the last range. Default: the last range has no end.
     *
     * @param limit the first key after the last range; after the first key of every range
     * @return this builder
     */
    public Builder<K> until(K limit) {
      this.end = Objects.requireNonNull(limit, "limit");
      return this;
    }

    /**
     * Builds the strategy.
     *
     * @return the strategy
     * @throws IllegalArgumentException if there is no range, if {@link #until} leaves a range
     *     empty, if there are more than 4,096 shards, or if the text of {@link #until} has no UTF-8
     */
    public RangeStrategy build() {
      if (ranges.isEmpty()) {
        throw new IllegalArgumentException("there is no range; add one with from()");
      }
      List<K> starts = new ArrayList<>(ranges.keySet());
      K limit = end;
      if (limit != null) {
        Map.Entry<K, ShardId> last = ranges.ceilingEntry(limit);
        if (last != null) {
          throw new IllegalArgumentException(
              "until("
                  + ShardKeys.display(limit)
                  + ") leaves no key in the range from("
                  + ShardKeys.display(last.getKey())
                  + ")");
        }
        starts.add(limit);
      }
      return new RangeStrategy(borders.apply(starts), ranges.values());
    }
  }
}
