/**
 * Routing behind {@code javax.sql.DataSource}: between a primary and its replicas, and between
 * shards.
 *
 * <p>Start with {@link dev.tenfold.sharding.jdbc.ReadWriteDataSource}: declared reads go to a
 * replica that is known to be fresh enough, everything else goes to the primary. A {@link
 * dev.tenfold.sharding.jdbc.LagProbe} reads the positions of the servers; {@link
 * dev.tenfold.sharding.jdbc.PostgresLagProbe} is the one for PostgreSQL. {@link
 * dev.tenfold.sharding.jdbc.ShardedDataSource} selects the data source of a key's shard; its shards
 * can be read/write data sources. {@link dev.tenfold.sharding.jdbc.TopologyTable} keeps the
 * topology itself in a table.
 *
 * <p>Data sources are thread-safe; a connection is confined to one thread at a time. No type holds
 * a lock, so nothing pins a virtual thread.
 */
@NullMarked
package dev.tenfold.sharding.jdbc;

import org.jspecify.annotations.NullMarked;
