// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import org.openjdk.jmh.infra.Blackhole;

/**
 * What every contender does. The answer goes to the sink as it comes: a number or a shard, neither
 * boxed.
 */
interface Router {

  /** Routes an integer. */
  void route(long key, Blackhole sink);

  /** Routes a text. */
  void route(String key, Blackhole sink);
}
