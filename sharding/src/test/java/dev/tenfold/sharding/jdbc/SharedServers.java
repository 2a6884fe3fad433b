// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.sql.SQLException;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A primary with two standbys that tests of this package share. A test may break the servers if it
 * mends them. JUnit closes them after the last test.
 */
final class SharedServers implements ParameterResolver {
  private static final ExtensionContext.Namespace SHARED =
      ExtensionContext.Namespace.create(SharedServers.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == PostgresFixture.class;
  }

  @Override
  public PostgresFixture resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SHARED)
        .computeIfAbsent(
            PostgresFixture.class, key -> PostgresFixture.start(2), PostgresFixture.class);
  }

  /**
   * Makes the first server the primary of the others again, after a failover.
   *
   * @param leader the server whose data are kept; it runs and is no standby
   */
  static void restore(PostgresFixture servers, PostgresServer leader) {
    PostgresServer primary = servers.primary();
    if (leader != primary) {
      primary.follow(leader);
      leader.kill();
      primary.promote();
    }
    for (PostgresServer standby : servers.standbys()) {
      if (!streams(standby, primary)) {
        standby.follow(primary);
      }
    }
  }

  private static boolean streams(PostgresServer standby, PostgresServer primary) {
    String query =
        """
        select pg_is_in_recovery() and exists (select from pg_stat_wal_receiver
         where status = 'streaming' and received_tli = %s and conninfo like '%%port=%s%%')
        """;
    try {
      String timeline =
          RealCluster.text(
              primary,
              "select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int");
      return "t"
          .equals(
              RealCluster.text(
                  standby, String.format(Locale.ROOT, query, timeline, primary.port())));
    } catch (SQLException dead) {
      return false;
    }
  }
}
