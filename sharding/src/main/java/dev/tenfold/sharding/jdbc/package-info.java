/**
 * Routing behind {@code javax.sql.DataSource}: between a primary and its replicas, and between
 * shards.
 *
 * <p>Start with {@link dev.tenfold.sharding.jdbc.ReadWriteDataSource}: declared reads go to a
 * replica that is known to be fresh enough, the rest to the primary. {@link
 * dev.tenfold.sharding.jdbc.LagProbe} is how it learns about freshness, {@link
 * dev.tenfold.sharding.jdbc.PostgresLagProbe} the one for PostgreSQL. {@link
 * dev.tenfold.sharding.jdbc.ShardedDataSource} finds the data source of a key's shard; its shards
 * may be read/write data sources.
 *
 * <p>{@link dev.tenfold.sharding.jdbc.TopologyTable} keeps the topology itself in a table.
 *
 * <p>Data sources are thread-safe, connections are confined to one thread at a time. No lock is
 * held anywhere, so nothing here pins a virtual thread.
 */
@NullMarked
package dev.tenfold.sharding.jdbc;

import org.jspecify.annotations.NullMarked;
