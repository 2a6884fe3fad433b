/**
 * Suite {@code routing}: from a key to its shard, beside consistent hashing.
 *
 * <p>{@link dev.tenfold.benchmarks.routing.RoutingSuite} lists the rows, {@link
 * dev.tenfold.benchmarks.routing.Contender} holds the floor and who routes behind one interface,
 * {@link dev.tenfold.benchmarks.routing.RoutingBenchmark} times one of them per fork, {@link
 * dev.tenfold.benchmarks.routing.MigrationPlanBenchmark} what it takes to plan a move. Below the
 * table, a comparison shows how evenly each way to place keys spreads them, and what moves when
 * nodes come and go.
 *
 * <p>Peers answer a bucket's number or a text and take no weights; ours answers a named shard.
 * Mapping number to shard would be the caller's work and is not charged to the peers.
 */
@NullMarked
package dev.tenfold.benchmarks.routing;

import org.jspecify.annotations.NullMarked;
