// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import java.time.Duration;
import java.util.Map;

/**
 * What an instance is told at its start, as one line of JSON on its standard input.
 *
 * @param name of the instance
 * @param topologyFile says which shard owns which user; the instance follows its changes
 * @param shards where each shard lives
 * @param redisUri where the shared cache lives
 * @param paymentsUrl where charges are asked for
 * @param maxStalenessMillis how old a read from a standby may be
 * @param memoryTtlMillis how long a profile may live in the process
 * @param redisTtlMillis how long a profile may live in Redis
 */
public record InstanceConfig(
    String name,
    String topologyFile,
    Map<String, Shard> shards,
    String redisUri,
    String paymentsUrl,
    long maxStalenessMillis,
    long memoryTtlMillis,
    long redisTtlMillis) {

  /** The deadline of every request, and so the longest that it waits for a database. */
  public static final Duration REQUEST_TIMEOUT = Duration.ofMillis(2_500);

  /**
   * One shard.
   *
   * @param primaryUrl takes the writes
   * @param standbyUrl repeats them and answers reads
   */
  public record Shard(String primaryUrl, String standbyUrl) {}
}
