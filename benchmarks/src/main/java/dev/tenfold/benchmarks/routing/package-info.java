/**
 * Suite {@code routing}: from a key to its shard, beside consistent hashing.
 *
 * <p>{@link dev.tenfold.benchmarks.routing.RoutingSuite} lists the rows, {@link
 * dev.tenfold.benchmarks.routing.Contender} holds our router, the floor and the peers behind one
 * interface, {@link dev.tenfold.benchmarks.routing.RoutingBenchmark} times one of them per fork.
 *
 * <p>Peers answer a bucket's number and take no weights; ours answers a named shard. Mapping number
 * to shard would be the caller's work and is not charged to the peers.
 */
@NullMarked
package dev.tenfold.benchmarks.routing;

import org.jspecify.annotations.NullMarked;
