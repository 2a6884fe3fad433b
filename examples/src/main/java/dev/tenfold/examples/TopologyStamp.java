// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import dev.tenfold.sharding.Topology;

/**
 * By which topology a process routes, so that others can compare.
 *
 * @param name of the topology
 * @param version higher is newer
 * @param checksum over the whole text: two topologies of one version may still differ
 */
public record TopologyStamp(String name, long version, String checksum) {

  /**
   * Returns the stamp of a topology.
   *
   * @param topology any
   * @return what identifies it
   */
  public static TopologyStamp of(Topology topology) {
    return new TopologyStamp(topology.name(), topology.version(), topology.checksum());
  }

  @Override
  public String toString() {
    return name + ", version " + version + ", checksum " + checksum;
  }
}
