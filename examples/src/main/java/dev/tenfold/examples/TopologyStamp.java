// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.sharding.Topology;

/**
 * The identity of the topology by which a process routes, for comparison with other processes.
 *
 * @param name the name of the topology
 * @param version the version; higher is newer
 * @param checksum the checksum of the text, since two topologies of one version may differ
 */
public record TopologyStamp(String name, long version, String checksum) {

  /**
   * Returns the stamp of a topology.
   *
   * @param topology the topology
   * @return the stamp
   */
  public static TopologyStamp of(Topology topology) {
    return new TopologyStamp(topology.name(), topology.version(), topology.checksum());
  }

  @Override
  public String toString() {
    return name + ", version " + version + ", checksum " + checksum;
  }
}
