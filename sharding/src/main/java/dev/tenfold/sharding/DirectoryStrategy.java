// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import dev.tenfold.core.StableHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A list of keys, each with its shard: for few keys that are placed by hand, such as tenants.
 *
 * <pre>{@code
 * DirectoryStrategy tenants =
 *     DirectoryStrategy.of(Map.of("acme", new ShardId("eu-1"), "globex", new ShardId("us-1")));
 * ShardId shard = tenants.route("acme");
 * }</pre>
 *
 * <p><b>Guarantees.</b> Keys are compared by the canonical bytes of {@link StableHash}, so all
 * types of integers agree. A key that is not listed is refused: there is no default shard. Of two
 * directories, only the keys whose entry differs are routed differently.
 *
 * <p><b>No guarantees.</b> Balance is up to the list. For a hash with some keys placed by hand, see
 * the pins of {@link Topology}.
 *
 * <p>Immutable and thread-safe; never blocks. A route takes one hash and one or two comparisons,
 * whatever the number of keys; in the worst case, keys whose hashes were chosen to share their low
 * bits, it compares all keys. A route of an integer or of text allocates nothing, except for the
 * UTF-8 bytes of text that is not all ASCII. An entry takes about 80 bytes and those of its key.
 *
 * <p>Source: the lookup table of D. DeWitt, J. Gray, "Parallel database systems", <a
 * href="https://doi.org/10.1145/129888.129894">doi:10.1145/129888.129894</a>, 1992.
 */
public final class DirectoryStrategy implements ShardStrategy {
  private static final int MAX_KEYS = 1_000_000;

  private final List<ShardId> shards; // by id
  private final KeyTable entries;
  private final int count;

  private DirectoryStrategy(List<Pin> entries) {
    Set<ShardId> owners = new TreeSet<>();
    entries.forEach(entry -> owners.add(entry.shard()));
    this.shards = ShardList.distinct(List.copyOf(owners));
    this.entries = new KeyTable(entries);
    this.count = entries.size();
  }

  /**
   * Returns a strategy over a list of keys.
   *
   * @param entries 1 to 1,000,000 keys of at most 128 canonical bytes, each with its shard; at most
   *     4,096 shards
   * @return the strategy; later changes of the map have no effect
   * @throws IllegalArgumentException if the number of keys or shards is out of range, if a key has
   *     no canonical bytes or too many, or if two keys are the same key ({@code Integer 1} and
   *     {@code Long 1}) or have the same hash
   */
  public static DirectoryStrategy of(Map<?, ShardId> entries) {
    Checks.range(1, MAX_KEYS, "number of keys of a directory", entries.size());
    List<Pin> pins = new ArrayList<>(entries.size());
    Map<Long, CanonicalKey> byHash = new HashMap<>();
    entries.forEach((given, shard) -> {
      CanonicalKey key = CanonicalKey.of(given);
      CanonicalKey other = byHash.put(key.hash(), key);
      if (other != null) {
        throw new IllegalArgumentException(
            "keys "
                + other
                + " and "
                + key
                + " are the same key in two types, or have the same hash");
      }
      pins.add(new Pin(key, Objects.requireNonNull(shard, "shard")));
    });
    return new DirectoryStrategy(pins);
  }

  /**
   * Returns the shards of the directory.
   *
   * @return an immutable list, ordered by id
   */
  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    Pin entry = entries.find(StableHash.hash(ShardKeys.require(key)));
    return entry != null && entry.canonicalKey().matches(key) ? entry.shard() : refused(key);
  }

  @Override
  public ShardId route(long key) {
    Pin entry = entries.find(StableHash.hash(key));
    return entry != null && entry.canonicalKey().matches(key) ? entry.shard() : refused(key);
  }

  private ShardId refused(Object key) {
    throw new IllegalArgumentException(
        "key "
            + ShardKeys.display(key)
            + " is not among the "
            + count
            + " keys of the directory; there is no default shard");
  }

  @Override
  public String toString() {
    return "DirectoryStrategy[" + count + " keys, " + shards + "]";
  }
}
