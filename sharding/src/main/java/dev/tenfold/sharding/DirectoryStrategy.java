// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A list of keys and where each lives: for few keys that are placed by hand, such as tenants.
 *
 * <pre>{@code
 * DirectoryStrategy tenants =
 *     DirectoryStrategy.of(Map.of("acme", new ShardId("eu-1"), "globex", new ShardId("us-1")));
 * ShardId shard = tenants.route("acme");
 * }</pre>
 *
 * <p>Keys are compared by the canonical bytes of {@link StableHash}, so all integer types agree. A
 * key that is not listed is refused: there is no default shard. For a hash with some keys placed by
 * hand see the pins of {@link Topology}.
 *
 * <p>What moves: the keys whose entry you change, nothing else.
 *
 * <p>Cost. One hash and one or two comparisons whatever the number of keys; the worst case, keys
 * whose hashes were chosen to share their low bits, compares them all. About 80 bytes for each
 * entry and the key's own.
 *
 * <p>Immutable, thread-safe, never blocks. A route by an integer or by text allocates nothing,
 * except for the UTF-8 bytes of text that is not all ASCII.
 *
 * <p>Source: the lookup table of D. DeWitt, J. Gray, "Parallel database systems", <a
 * href="https://doi.org/10.1145/129888.129894">doi:10.1145/129888.129894</a>, 1992, and of every
 * multi-tenant service since.
 */
public final class DirectoryStrategy implements ShardStrategy {
  private static final int MOST = 1_000_000;

  private final List<ShardId> shards; // by id
  private final KeyTable entries;
  private final int count;

  private DirectoryStrategy(List<Pin> entries) {
    Set<ShardId> owners = new TreeSet<>();
    entries.forEach(entry -> owners.add(entry.shard()));
    this.shards = ShardList.listed(List.copyOf(owners));
    this.entries = new KeyTable(entries);
    this.count = entries.size();
  }

  /**
   * Returns a strategy over listed keys.
   *
   * @param entries 1 to 1,000,000 keys of at most 128 canonical bytes, each with its shard; at most
   *     4,096 shards
   * @return the strategy, which does not follow later changes of the map
   * @throws IllegalArgumentException if there are none or too many, a key has no canonical bytes or
   *     too many of them, or two keys are the same key ({@code Integer 1} and {@code Long 1}) or
   *     have the same hash
   */
  public static DirectoryStrategy of(Map<?, ShardId> entries) {
    if (entries.isEmpty() || entries.size() > MOST) {
      throw new IllegalArgumentException(
          entries.size() + " keys; a directory takes 1 to " + MOST + " of them");
    }
    List<Pin> pins = new ArrayList<>(entries.size());
    Map<Long, CanonicalKey> byHash = new HashMap<>();
    entries.forEach((given, shard) -> {
      CanonicalKey key = CanonicalKey.of(given);
      CanonicalKey other = byHash.put(key.hash(), key);
      if (other != null) {
        throw new IllegalArgumentException(
            "keys " + other + " and " + key + " are one key in two types, or of one hash");
      }
      pins.add(new Pin(key, Objects.requireNonNull(shard, "shard")));
    });
    return new DirectoryStrategy(pins);
  }

  /**
   * Returns who can be answered.
   *
   * @return an immutable list, ordered by id
   */
  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    Pin entry = entries.find(StableHash.hash(TypedKeys.required(key)));
    return entry != null && entry.exactKey().is(key) ? entry.shard() : refuse(key);
  }

  @Override
  public ShardId route(long key) {
    Pin entry = entries.find(StableHash.hash(key));
    return entry != null && entry.exactKey().is(key) ? entry.shard() : refuse(key);
  }

  private ShardId refuse(Object key) {
    throw new IllegalArgumentException(
        "key "
            + TypedKeys.shown(key)
            + " is none of the "
            + count
            + " keys of the directory; there is no default shard");
  }

  @Override
  public String toString() {
    return "DirectoryStrategy[" + count + " keys, " + shards + "]";
  }
}
