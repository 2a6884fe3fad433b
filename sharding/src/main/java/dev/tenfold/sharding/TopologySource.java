// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Objects;

/**
 * Where a router looks up the topology at every route. Implementations answer from a field that
 * something else keeps up to date: no I/O, no lock, no allocation, never null, always of one name
 * and one number of slots, and never an older version after a newer one.
 *
 * <p>{@link TopologyWatch} is the one that follows a file, a table or a callback. Prove one of your
 * own with {@code TopologySourceContract} of this module's {@code tests} artifact.
 *
 * <p>Thread-safe.
 */
@FunctionalInterface
public interface TopologySource {

  /**
   * Returns the topology that holds now.
   *
   * @return what routes are decided by
   */
  Topology current();

  /**
   * Returns a source whose topology never changes.
   *
   * @param topology what it answers
   * @return the source
   */
  static TopologySource of(Topology topology) {
    Objects.requireNonNull(topology, "topology");
    return () -> topology;
  }
}
