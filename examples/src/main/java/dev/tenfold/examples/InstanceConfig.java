// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import java.time.Duration;
import java.util.Map;

/**
 * The configuration of an instance, one line of JSON on its standard input.
 *
 * @param name the name of the instance
 * @param topologyFile the file of the topology, which the instance follows
 * @param shards the addresses of the shards
 * @param redisUri the address of Redis
 * @param paymentsUrl the address of the payment provider
 * @param maxStalenessMillis the greatest staleness of a read from a standby
 * @param memoryTtlMillis the time to live of a profile in memory
 * @param redisTtlMillis the time to live of a profile in Redis
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

  /** The deadline of every request, which also limits its waits for a database. */
  public static final Duration REQUEST_TIMEOUT = Duration.ofMillis(2_500);

  /** The header of requests and answers that tells what a user has seen. */
  public static final String TOKEN_HEADER = "Consistency-Token";

  /**
   * One shard, by the roles at the start of the service.
   *
   * @param primaryUrl the JDBC URL of the primary
   * @param standbyUrl the JDBC URL of the standby
   */
  public record Shard(String primaryUrl, String standbyUrl) {}
}
