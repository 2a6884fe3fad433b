// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

/** Numbered nodes that come and go, and keys that follow them. */
interface Cluster {

  /** Adds a node that is not there. */
  void add(int node);

  /** Removes a node that is there. */
  void remove(int node);

  /** The node of a key. */
  int route(long key);
}
