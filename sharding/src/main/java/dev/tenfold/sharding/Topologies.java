// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

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
 * <p>A name is the application's and need not be that of the topology, so that two databases may
 * share one. The names are fixed; each topology may change behind its source.
 *
 * <p>Immutable. Finding a router is one look into a hash table.
 */
public final class Topologies {
  private final Map<String, ShardRouter> routers;

  private Topologies(Map<String, TopologySource> sources) {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("there is no database; the least is 1");
    }
    Map<String, ShardRouter> all = new LinkedHashMap<>();
    sources.forEach((name, source) ->
        all.put(
            ShardId.requireName("database name", name), ShardRouter.of(required(name, source))));
    this.routers = Collections.unmodifiableMap(all);
  }

  /**
   * Names one database.
   *
   * @param name 1 to 128 bytes in UTF-8, without white space and control characters
   * @param source its topology
   * @return the databases
   * @throws IllegalArgumentException if the name is not as described
   */
  public static Topologies of(String name, TopologySource source) {
    return new Topologies(both(Map.of(), name, source));
  }

  /**
   * Names two databases.
   *
   * @param name1 1 to 128 bytes in UTF-8, without white space and control characters
   * @param source1 its topology
   * @param name2 another name
   * @param source2 its topology
   * @return the databases
   * @throws IllegalArgumentException if a name is not as described or there twice
   */
  public static Topologies of(
      String name1, TopologySource source1, String name2, TopologySource source2) {
    return new Topologies(both(both(Map.of(), name1, source1), name2, source2));
  }

  /**
   * Names three databases.
   *
   * @param name1 1 to 128 bytes in UTF-8, without white space and control characters
   * @param source1 its topology
   * @param name2 another name
   * @param source2 its topology
   * @param name3 another name
   * @param source3 its topology
   * @return the databases
   * @throws IllegalArgumentException if a name is not as described or there twice
   */
  public static Topologies of(
      String name1,
      TopologySource source1,
      String name2,
      TopologySource source2,
      String name3,
      TopologySource source3) {
    return new Topologies(
        both(both(both(Map.of(), name1, source1), name2, source2), name3, source3));
  }

  /**
   * Names four databases. For more there is {@link #of(Map)}.
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
   * @throws IllegalArgumentException if a name is not as described or there twice
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
        both(
            both(both(both(Map.of(), name1, source1), name2, source2), name3, source3),
            name4,
            source4));
  }

  /**
   * Names any number of databases.
   *
   * @param sources at least one; names of 1 to 128 bytes in UTF-8, without white space and control
   *     characters, each with its topology; copied
   * @return the databases
   * @throws IllegalArgumentException if there is none, or a name is not as described
   */
  public static Topologies of(Map<String, ? extends TopologySource> sources) {
    return new Topologies(new LinkedHashMap<>(sources));
  }

  private static TopologySource required(String name, @Nullable TopologySource source) {
    return Objects.requireNonNull(source, () -> "the source of database " + name + " is null");
  }

  private static Map<String, TopologySource> both(
      Map<String, TopologySource> before, String name, TopologySource source) {
    Map<String, TopologySource> all = new LinkedHashMap<>(before);
    if (all.putIfAbsent(name, source) != null) {
      throw new IllegalArgumentException("database name " + name + " is there twice");
    }
    return all;
  }

  /**
   * Returns the router of a database.
   *
   * @param name one of {@link #names()}
   * @return always the same one
   * @throws IllegalArgumentException if there is no such database; there is no default
   */
  public ShardRouter router(String name) {
    ShardRouter router = routers.get(name);
    if (router == null) {
      throw new IllegalArgumentException(
          "database " + name + " is unknown; there are " + routers.keySet());
    }
    return router;
  }

  /**
   * Returns the names.
   *
   * @return unmodifiable, in the order given
   */
  public Set<String> names() {
    return routers.keySet();
  }

  @Override
  public String toString() {
    return "Topologies" + routers;
  }
}
