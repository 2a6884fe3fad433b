// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The checks before a connection is opened: no test here opens one. */
class RedisLinkTest {
  private static final String NOWHERE = "redis://127.0.0.1:1";

  private final RedisClient client = RedisClient.create(NOWHERE);
  private final RedisClusterClient cluster = RedisClusterClient.create(NOWHERE);

  @AfterEach
  void shutdownClients() {
    client.shutdown();
    cluster.shutdown();
  }

  @Test
  void of_clientThatQueuesWhileDisconnected_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisLink.of(client))
        .withMessageContaining("disconnectedBehavior=DEFAULT")
        .withMessageContaining("RedisLink.prepare(client)");
  }

  @Test
  void of_clusterClientThatQueuesWhileDisconnected_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisLink.of(cluster))
        .withMessageContaining("REJECT_COMMANDS");
  }

  @Test
  void of_clientThatNeverReconnects_isRefused() {
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .autoReconnect(false)
            .build());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisLink.of(client))
        .withMessageContaining("autoReconnect=false");
  }

  @Test
  void of_timeoutOutOfRange_isRefusedWithValueAndLimits() {
    RedisLink.prepare(client);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisLink.of(client, Duration.ofNanos(999_999)))
        .withMessageContaining("PT0.000999999S")
        .withMessageContaining("from PT0.001S to PT1M");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisLink.of(client, Duration.ofSeconds(61)));
  }

  @Test
  void prepare_keepsTheOtherOptions() {
    client.setOptions(
        ClientOptions.builder().pingBeforeActivateConnection(false).requestQueueSize(10).build());

    assertThat(RedisLink.prepare(client)).isSameAs(client);

    ClientOptions options = client.getOptions();
    assertThat(options.getDisconnectedBehavior()).isEqualTo(DisconnectedBehavior.REJECT_COMMANDS);
    assertThat(options.isPingBeforeActivateConnection()).isFalse();
    assertThat(options.getRequestQueueSize()).isEqualTo(10);
  }

  @Test
  void prepare_cluster_keepsTheOtherOptionsOfACluster() {
    cluster.setOptions(ClusterClientOptions.builder().maxRedirects(2).build());

    assertThat(RedisLink.prepare(cluster)).isSameAs(cluster);

    var options = (ClusterClientOptions) cluster.getOptions();
    assertThat(options.getDisconnectedBehavior()).isEqualTo(DisconnectedBehavior.REJECT_COMMANDS);
    assertThat(options.getMaxRedirects()).isEqualTo(2);
    assertThat(options.getRequestQueueSize()).isEqualTo(65_536);
  }
}
