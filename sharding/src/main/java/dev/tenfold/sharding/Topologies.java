// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Several logical databases, each with a topology of its own: vertical partitioning in front of
 * sharding.
 *
 * <pre>{@code
 * Topologies databases = Topologies.of("users", users, "orders", orders);
 * ShardId shard = databases.router("orders").route(orderId);
 * }</pre>
 *
 * <p><b>Guarantees.</b> The names are fixed, and {@link #router} returns the same router for a name
 * every time. An unknown name is refused: there is no default database.
 *
 * <p><b>No guarantees.</b> The name of a database is the application's, not that of its topology:
 * two databases can share a topology. Each topology can change behind its source.
 *
 * <p>Immutable and thread-safe. {@link #router} is one look-up in a hash table.
 */
public final class Topologies {
  private final Map<String, ShardRouter> routers;

  private Topologies(Map<String, TopologySource> sources) {
    Checks.atLeast(1, "number of databases", sources.size());
    Map<String, ShardRouter> all = new LinkedHashMap<>();
    sources.forEach((name, source) ->
        all.put(
            ShardId.requireName("database name", name),
            ShardRouter.of(requireSource(name, source))));
    this.routers = Collections.unmodifiableMap(all);
  }

  /**
   * Returns one database.
   *
   * @param name 1 to 128 bytes in UTF-8, without white space and control characters
   * @param source its topology
   * @return the databases
   * @throws IllegalArgumentException if the name is not as described
   */
  public static Topologies of(String name, TopologySource source) {
    return new Topologies(with(Map.of(), name, source));
  }

  /**
   * Returns two databases.
   *
   * @param name1 1 to 128 bytes in UTF-8, without white space and control characters
   * @param source1 its topology
   * @param name2 another name
   * @param source2 its topology
   * @return the databases
   * @throws IllegalArgumentException if a name is not as described, or used twice
   */
  public static Topologies of(
      String name1, TopologySource source1, String name2, TopologySource source2) {
    return new Topologies(with(with(Map.of(), name1, source1), name2, source2));
  }

  /**
   * Returns three databases.
   *
   * @param name1 1 to 128 bytes in UTF-8, without white space and control characters
   * @param source1 its topology
   * @param name2 another name
   * @param source2 its topology
   * @param name3 another name
   * @param source3 its topology
   * @return the databases
   * @throws IllegalArgumentException if a name is not as described, or used twice
   */
  public static Topologies of(
      String name1,
      TopologySource source1,
      String name2,
      TopologySource source2,
      String name3,
      TopologySource source3) {
    return new Topologies(
        with(with(with(Map.of(), name1, source1), name2, source2), name3, source3));
  }

  /**
   * Returns four databases. For more, use {@link #of(Map)}.
   *
   * @param name1 1 to 128 bytes in UTF-8, without white space and control characters
   * @param source1 its topology
   * @param name2 another name
   * @param source2 its topology
   * @param name3 another name
   * @param source3 its topology
   * @param name4 another name
   * @param source4 its topology
   * @return the databases
   * @throws IllegalArgumentException if a name is not as described, or used twice
   */
  public static Topologies of(
      String name1,
      TopologySource source1,
      String name2,
      TopologySource source2,
      String name3,
      TopologySource source3,
      String name4,
      TopologySource source4) {
    return new Topologies(
        with(
            with(with(with(Map.of(), name1, source1), name2, source2), name3, source3),
            name4,
            source4));
  }

  /**
   * Returns any number of databases.
   *
   * @param sources at least one name of 1 to 128 bytes in UTF-8, without white space and control
   *     characters, each with its topology; later changes of the map have no effect
   * @return the databases
   * @throws IllegalArgumentException if the map is empty, or a name is not as described
   */
  public static Topologies of(Map<String, ? extends TopologySource> sources) {
    return new Topologies(new LinkedHashMap<>(sources));
  }

  private static TopologySource requireSource(String name, @Nullable TopologySource source) {
    return Objects.requireNonNull(source, () -> "the source of database " + name + " is null");
  }

  private static Map<String, TopologySource> with(
      Map<String, TopologySource> before, String name, TopologySource source) {
    Map<String, TopologySource> all = new LinkedHashMap<>(before);
    if (all.putIfAbsent(name, source) != null) {
      throw new IllegalArgumentException("database name " + name + " is used twice");
    }
    return all;
  }

  /**
   * Returns the router of a database.
   *
   * @param name one of {@link #names()}
   * @return the same router every time
   * @throws IllegalArgumentException if the name is unknown
   */
  public ShardRouter router(String name) {
    ShardRouter router = routers.get(name);
    if (router == null) {
      throw new IllegalArgumentException(
          "database " + name + " is unknown; the databases are " + routers.keySet());
    }
    return router;
  }

  /**
   * Returns the names of the databases.
   *
   * @return an unmodifiable set, in the given order
   */
  public Set<String> names() {
    return routers.keySet();
  }

  @Override
  public String toString() {
    return "Topologies" + routers;
  }
}
