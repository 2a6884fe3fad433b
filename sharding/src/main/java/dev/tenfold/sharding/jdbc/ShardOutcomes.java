// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Outcome;
import dev.tenfold.sharding.ShardId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of a {@link ShardedDataSource#scatter}: one for each shard that was asked, whatever
 * became of it.
 *
 * <pre>{@code
 * List<Order> orders = sharded.scatter(ids, work).all();            // complete, or an exception
 *
 * var outcomes = sharded.scatter(ids, work);                        // partial, by choice
 * show(outcomes.results(), outcomes.missing());
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param <T> the type of the results
 */
public final class ShardOutcomes<T extends @Nullable Object> {
  private final SortedMap<ShardId, Outcome<T>> byShard;

  ShardOutcomes(Map<ShardId, Outcome<T>> byShard) {
    this.byShard = Collections.unmodifiableSortedMap(new TreeMap<>(byShard));
  }

  /**
   * Returns the outcome of each shard.
   *
   * @return an immutable map, ordered by shard
   */
  public SortedMap<ShardId, Outcome<T>> byShard() {
    return byShard;
  }

  /**
   * Returns the results of all shards.
   *
   * @return an immutable list, ordered by shard
   * @throws Exception that of the first shard that failed, with those of the others suppressed
   */
  public List<T> all() throws Exception {
    Exception failure = null;
    for (Outcome<T> outcome : byShard.values()) {
      Exception one = failureOf(outcome);
      if (failure == null) {
        failure = one;
      } else if (one != null) {
        ConnectionBinder.suppress(one, failure);
      }
    }
    if (failure != null) {
      throw failure;
    }
    return results();
  }

  private static @Nullable Exception failureOf(Outcome<?> outcome) {
    return outcome.<@Nullable Exception>fold(value -> null, error -> error, refusal -> refusal);
  }

  /**
   * Returns the results of the shards that succeeded.
   *
   * @return an immutable list, ordered by shard
   */
  public List<T> results() {
    List<T> results = new ArrayList<>();
    for (Outcome<T> outcome : byShard.values()) {
      if (outcome instanceof Outcome.Success<T> success) {
        results.add(success.value());
      }
    }
    return Collections.unmodifiableList(results);
  }

  /**
   * Returns the shards without a result.
   *
   * @return an immutable list, ordered by shard
   */
  public List<ShardId> missing() {
    List<ShardId> missing = new ArrayList<>();
    byShard.forEach((shard, outcome) -> {
      if (!(outcome instanceof Outcome.Success<T>)) {
        missing.add(shard);
      }
    });
    return Collections.unmodifiableList(missing);
  }

  @Override
  public String toString() {
    return "ShardOutcomes" + byShard;
  }
}
