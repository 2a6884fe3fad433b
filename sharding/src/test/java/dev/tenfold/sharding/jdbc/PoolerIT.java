// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.testkit.Await;
import dev.tenfold.testkit.FaultProxy;
import dev.tenfold.testkit.PostgresFixture;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A pooler between the process and a server is recognised and reported. */
@Timeout(60)
@ExtendWith(SharedServers.class)
class PoolerIT {
  private final PostgresFixture servers;
  private final RecordingTelemetry telemetry = new RecordingTelemetry();

  PoolerIT(PostgresFixture servers) {
    this.servers = servers;
  }

  private List<String> poolersFound() {
    return telemetry.events().stream().filter(event -> event.contains("pooler")).toList();
  }

  private static String without(String url) {
    return url + (url.contains("?") ? "&" : "?") + "sslmode=disable&gssEncMode=disable";
  }

  @Test
  void pooler_inFrontOfAReplica_isReportedOnceWithItsNode() throws SQLException, IOException {
    try (FakePooler pooler = new FakePooler(servers.standby(0).port());
        RealCluster cluster =
            RealCluster.open(
                servers,
                options ->
                    options
                        .url("r1", without(servers.standby(0).jdbcUrl("postgres", pooler.port())))
                        .builder(builder -> builder.telemetry(telemetry)))) {
      Await.until("it is found", RealCluster.SOON, () -> !poolersFound().isEmpty());
      HikariDataSource pool = cluster.pools.get("r1");
      pool.getHikariPoolMXBean().softEvictConnections();
      for (int i = 0; i < 20; i++) {
        cluster.read();
      }
      assertThat(poolersFound())
          .containsExactly("tenfold.sharding.pooler.found datasource=orders,node=r1");
    }
  }

  @Test
  void proxyThatSharesNothing_isNoPooler() throws SQLException {
    try (FaultProxy proxy = FaultProxy.to(servers.standby(0).port());
        RealCluster cluster =
            RealCluster.open(
                servers,
                options ->
                    options
                        .url("r1", servers.standby(0).jdbcUrl("postgres", proxy.port()))
                        .builder(builder -> builder.telemetry(telemetry)))) {
      for (int i = 0; i < 20; i++) {
        cluster.read();
      }
      cluster.write(1, 1);
      assertThat(poolersFound()).isEmpty();
    }
  }

  @Test
  void reading_throughAPoolerAndPastIt_saysSo() throws SQLException, IOException {
    PostgresLagProbe probe = new PostgresLagProbe();
    try (FakePooler pooler = new FakePooler(servers.primary().port());
        HikariDataSource through = new HikariDataSource();
        HikariDataSource past = new HikariDataSource()) {
      through.setMaximumPoolSize(1);
      past.setMaximumPoolSize(1);
      through.setJdbcUrl(without(servers.primary().jdbcUrl("postgres", pooler.port())));
      past.setJdbcUrl(servers.primary().jdbcUrl());
      assertThat(read(probe, through).pooled()).isTrue();
      assertThat(read(probe, past).pooled()).isFalse();
    }
  }

  private static LagProbe.Reading read(LagProbe probe, HikariDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      return probe.read(statement);
    }
  }
}
