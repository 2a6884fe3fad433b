/**
 * Suite {@code routing}: the way from a key to its shard, beside consistent hashing.
 *
 * <p>{@link dev.tenfold.benchmarks.routing.RoutingSuite} lists the rows, {@link
 * dev.tenfold.benchmarks.routing.Contender} creates the floor and the routers behind one interface,
 * {@link dev.tenfold.benchmarks.routing.RoutingBenchmark} times one of them per fork, {@link
 * dev.tenfold.benchmarks.routing.MigrationPlanBenchmark} times the comparison of two topologies.
 * Below the table, a comparison shows the balance of each placement and the keys that move.
 *
 * <p>Peers return the number of a bucket or a text and take no weights; Tenfold returns a named
 * shard. The mapping from number to shard would be the caller's work and is not charged to peers.
 */
@NullMarked
package dev.tenfold.benchmarks.routing;

import org.jspecify.annotations.NullMarked;
