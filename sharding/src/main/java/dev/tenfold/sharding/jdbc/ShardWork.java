// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ShardedDataSource#scatter} runs on one shard.
 *
 * @param <K> the type of the keys
 * @param <T> the type of the result
 */
@FunctionalInterface
public interface ShardWork<K, T extends @Nullable Object> {

  /**
   * Works on one shard.
   *
   * @param shard the data source of the shard
   * @param keys the keys that the shard owns; empty if all shards are asked
   * @return the result
   * @throws Exception if the work fails, usually an {@link java.sql.SQLException}
   */
  T run(DataSource shard, List<K> keys) throws Exception;
}
