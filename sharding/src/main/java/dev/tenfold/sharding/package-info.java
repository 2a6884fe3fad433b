/**
 * Decides which shard a key belongs to, the same way everywhere.
 *
 * <p>Start with {@link dev.tenfold.sharding.Topology}: slots dealt to weighted shards, with a
 * version and a canonical text. {@link dev.tenfold.sharding.ShardRouter} hashes a key to a slot and
 * answers the {@link dev.tenfold.sharding.ShardId} that owns it, or the one that the key is pinned
 * to. {@link dev.tenfold.sharding.TopologyWatch} tells it which topology holds: it follows a {@link
 * dev.tenfold.sharding.TopologyFile}, a {@code jdbc.TopologyTable} or any other {@link
 * dev.tenfold.sharding.TopologyLoader}. {@link dev.tenfold.sharding.MigrationPlan} says what moves
 * from one version to the next, {@link dev.tenfold.sharding.HotKeys} which keys are asked for most;
 * {@link dev.tenfold.sharding.Topologies} names several databases. The other implementations of
 * {@link dev.tenfold.sharding.ShardStrategy} are the classic ones, for caches and for agreeing with
 * other programs. The {@code jdbc} subpackage puts this, and the choice between a primary and its
 * replicas, behind a {@code javax.sql.DataSource}.
 *
 * <p>Everything here is immutable or thread-safe. Routes never block; what loads, writes or waits
 * says so.
 */
@NullMarked
package dev.tenfold.sharding;

import org.jspecify.annotations.NullMarked;
