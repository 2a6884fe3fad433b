// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;

/** The client options that a link needs: reject commands while disconnected, and reconnect. */
final class LinkOptions {
  private static final int MAX_UNANSWERED = 65_536;

  private LinkOptions() {}

  static void set(RedisClient client) {
    ClientOptions present = client.getOptions();
    client.setOptions(
        present
            .mutate()
            .autoReconnect(true)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(Math.min(MAX_UNANSWERED, present.getRequestQueueSize()))
            .build());
  }

  static void set(RedisClusterClient client) {
    ClientOptions present = client.getOptions();
    client.setOptions(
        ClusterClientOptions.builder(present)
            .autoReconnect(true)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(Math.min(MAX_UNANSWERED, present.getRequestQueueSize()))
            .build());
  }

  /** Refuses a client without these options. */
  static void require(AbstractRedisClient client) {
    ClientOptions options = client.getOptions();
    if (options.getDisconnectedBehavior() != DisconnectedBehavior.REJECT_COMMANDS
        || !options.isAutoReconnect()) {
      throw new IllegalArgumentException(
          "the client has disconnectedBehavior="
              + options.getDisconnectedBehavior()
              + " and autoReconnect="
              + options.isAutoReconnect()
              + "; a link needs REJECT_COMMANDS and true: call RedisLink.prepare(client) first");
    }
  }
}
