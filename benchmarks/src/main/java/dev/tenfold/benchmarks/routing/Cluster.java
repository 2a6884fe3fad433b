// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

/** A changing set of numbered nodes, and the assignment of keys to the nodes. */
interface Cluster {

  /** Adds a node that the cluster does not have. */
  void add(int node);

  /** Removes a node that the cluster has. */
  void remove(int node);

  /** Returns the node of a key. */
  int route(long key);
}
