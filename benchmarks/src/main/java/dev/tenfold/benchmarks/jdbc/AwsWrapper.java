// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import software.amazon.jdbc.ConnectionInfo;
import software.amazon.jdbc.ConnectionProvider;
import software.amazon.jdbc.HostRole;
import software.amazon.jdbc.HostSpec;
import software.amazon.jdbc.RandomHostSelector;
import software.amazon.jdbc.dialect.Dialect;
import software.amazon.jdbc.ds.AwsWrapperDataSource;
import software.amazon.jdbc.profile.ConfigurationProfileBuilder;
import software.amazon.jdbc.targetdriverdialect.TargetDriverDialect;
import software.amazon.jdbc.util.Pair;

/**
 * The JDBC wrapper of AWS below a pool of HikariCP. The wrapper keeps a connection to the primary
 * and one to a replica in each connection of the pool.
 */
final class AwsWrapper {
  private static final String PROFILE = "benchmark";

  private AwsWrapper() {}

  static Access readWrite(Backend backend) throws SQLException {
    Resources resources = new Resources();
    Servers servers = resources.add(backend.start());
    ConfigurationProfileBuilder.get()
        .withName(PROFILE)
        .withConnectionProvider(new ServerConnections(servers))
        .buildAndSet();
    Properties properties = new Properties();
    properties.setProperty("wrapperProfileName", PROFILE);
    properties.setProperty("wrapperPlugins", "readWriteSplitting");
    properties.setProperty("wrapperDialect", "pg");
    properties.setProperty("singleWriterConnectionString", "true");
    AwsWrapperDataSource wrapper = new AwsWrapperDataSource();
    wrapper.setJdbcUrl("jdbc:aws-wrapper:postgresql://primary,replica0,replica1/stub");
    wrapper.setTargetDataSourceProperties(properties);
    DataSource pool = Pools.pool("aws", wrapper, Pools.SIZE, resources);
    return new Access(key -> pool.getConnection(), resources);
  }

  /** Connects to a server by its name: {@code primary}, {@code replica0}, ... */
  private record ServerConnections(Servers servers) implements ConnectionProvider {

    @Override
    public boolean acceptsUrl(String protocol, HostSpec host, Properties properties) {
      return true;
    }

    @Override
    public boolean acceptsStrategy(@Nullable HostRole role, String strategy) {
      return strategy.equals(RandomHostSelector.STRATEGY_RANDOM);
    }

    @Override
    public @Nullable HostSpec getHostSpecByStrategy(
        List<HostSpec> hosts,
        @Nullable HostRole role,
        String strategy,
        @Nullable Properties properties)
        throws SQLException {
      return new RandomHostSelector().getHost(hosts, role, properties);
    }

    @Override
    public ConnectionInfo connect(
        String protocol,
        Dialect dialect,
        TargetDriverDialect targetDriverDialect,
        HostSpec host,
        Properties properties)
        throws SQLException {
      String name = host.getHost();
      DataSource server =
          name.equals("primary")
              ? servers.primary()
              : servers.replicas().get(Integer.parseInt(name.substring("replica".length())));
      return new ConnectionInfo(server.getConnection(), false);
    }

    @Override
    public String getTargetName() {
      return PROFILE;
    }

    @Override
    public List<Pair<String, Object>> getSnapshotState() {
      return List.of();
    }
  }
}
