// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Objects;

/**
 * Returns the topology in force; a router calls it at every route. {@link TopologyWatch} is the
 * source that follows a file, a table or a callback.
 *
 * <pre>{@code
 * ShardRouter router = ShardRouter.of(TopologySource.of(topology));
 * }</pre>
 *
 * <p><b>Guarantees</b> that an implementation gives. {@link #current} reads a field: no I/O, no
 * lock, no allocation. The result is never null, always of one name and one number of slots, and
 * never an older version after a newer one. The contract test {@code TopologySourceContract} of
 * this module's {@code tests} artifact tests these guarantees.
 *
 * <p><b>No guarantees.</b> Two sources do not change at the same moment.
 *
 * <p>Implementations are thread-safe.
 */
@FunctionalInterface
public interface TopologySource {

  /**
   * Returns the topology in force.
   *
   * @return the topology that decides routes
   */
  Topology current();

  /**
   * Returns a source whose topology never changes.
   *
   * @param topology the topology
   * @return the source
   */
  static TopologySource of(Topology topology) {
    Objects.requireNonNull(topology, "topology");
    return () -> topology;
  }
}
