/**
 * Decides which shard a key belongs to, the same way everywhere.
 *
 * <p>Start with {@link dev.tenfold.sharding.Topology}: slots dealt to weighted shards. {@link
 * dev.tenfold.sharding.ShardRouter} hashes a key to a slot and answers the {@link
 * dev.tenfold.sharding.ShardId} that owns it; a {@link dev.tenfold.sharding.TopologySource} tells
 * it which topology holds. {@link dev.tenfold.sharding.TopologyWatch} is one that follows a file
 * ({@link dev.tenfold.sharding.TopologyFile}), a table ({@code jdbc.TopologyTable}) or a callback;
 * {@link dev.tenfold.sharding.Topologies} names several databases. {@link
 * dev.tenfold.sharding.MigrationPlan} says what moves from one version to the next, {@link
 * dev.tenfold.sharding.TopologyHistory} whether routes by several versions fit together, {@link
 * dev.tenfold.sharding.HotKeys} which keys are asked for most. The {@code jdbc} subpackage puts
 * this, and the choice between a primary and its replicas, behind a {@code javax.sql.DataSource}.
 *
 * <p>{@link dev.tenfold.sharding.ShardStrategy} is what every way to decide has in common: jump,
 * ketama, weighted rendezvous, modulo, ranges and a directory are here too, for data that was
 * placed by them and for agreeing with other programs.
 *
 * <p>Everything here is immutable or thread-safe, and nothing blocks but loading and writing
 * topologies.
 */
@NullMarked
package dev.tenfold.sharding;

import org.jspecify.annotations.NullMarked;
