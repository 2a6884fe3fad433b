/**
 * Routes keys to shards, the same way everywhere.
 *
 * <p>Start with {@link dev.tenfold.sharding.Topology}: slots that weighted shards own, with a
 * version and a canonical text. {@link dev.tenfold.sharding.ShardRouter} hashes a key to a slot and
 * returns the {@link dev.tenfold.sharding.ShardId} that owns the slot, or the shard that the key is
 * pinned to. {@link dev.tenfold.sharding.TopologyWatch} supplies the topology in force: it follows
 * a {@link dev.tenfold.sharding.TopologyFile}, a {@code jdbc.TopologyTable} or any other {@link
 * dev.tenfold.sharding.TopologyLoader}. {@link dev.tenfold.sharding.MigrationPlan} shows what moves
 * from one version to another, {@link dev.tenfold.sharding.HotKeys} which keys are routed most
 * often, and {@link dev.tenfold.sharding.Topologies} names several databases. The other
 * implementations of {@link dev.tenfold.sharding.ShardStrategy} are the classic ones, for caches
 * and for keys that are shared with other programs. The subpackage {@code jdbc} puts sharding, and
 * the choice between a primary and its replicas, behind a {@code javax.sql.DataSource}.
 *
 * <p>All types are immutable or thread-safe, except builders. Routes never block; the javadoc of a
 * method that loads, writes or waits says so.
 */
@NullMarked
package dev.tenfold.sharding;

import org.jspecify.annotations.NullMarked;
