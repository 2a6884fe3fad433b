// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.jdbc.LagProbe;
import dev.tenfold.testkit.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StubServersTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final StubServers servers = StubServers.start();

  @Test
  void read_tenfold_spreadsOverTheReplicasAndSparesThePrimary() throws SQLException {
    try (Resources resources = new Resources()) {
      var orders = Tenfold.readWrite(servers, 2, resources);
      Access access = new Access(key -> orders.getConnection(), resources).ready();
      Await.until("both replicas serve reads", SOON, () -> access.read(1) == 1 && bothRead());
    }

    assertThat(servers.primary.reads()).isZero();
  }

  private boolean bothRead() {
    return servers.replicas.stream().allMatch(replica -> replica.reads() > 0);
  }

  @Test
  void roundTrips_transaction_areItsStatementsAndItsEnd() throws SQLException {
    try (Connection connection = servers.replicas().get(0).getConnection()) {
      connection.setAutoCommit(false);
      connection.prepareStatement("UPDATE").executeUpdate();
      connection.prepareStatement("SELECT").executeQuery();
      connection.commit();
      connection.rollback();
    }

    assertThat(servers.roundTrips()).isEqualTo(4);
  }

  @Test
  void observedServers_question_isShownBeforeItIsAnswered() throws SQLException {
    List<LagProbe.Reading> shown = new ArrayList<>();
    Servers observed = new ObservedServers(servers, shown::add);
    try (Connection connection = observed.primary().getConnection();
        Statement statement = connection.createStatement()) {
      LagProbe.Reading answer = observed.lagProbe().read(statement);

      assertThat(shown).containsExactly(answer);
    }
  }

  @Test
  void prepareStatement_closedStatementOfTheSameText_isOpenedAgain() throws SQLException {
    try (Connection connection = servers.primary().getConnection()) {
      PreparedStatement first = connection.prepareStatement("SELECT 1");
      PreparedStatement second = connection.prepareStatement("SELECT 1");
      second.close();

      assertThat(second).as("the first one is still open").isNotSameAs(first);
      assertThat(connection.prepareStatement("SELECT 1")).isSameAs(second);
      assertThat(connection.prepareStatement("SELECT 2")).isNotSameAs(second);
    }
  }

  @Test
  void executeQuery_columnsOfTheCatalogue_areThoseOfTheTables() throws SQLException {
    List<String> columns = new ArrayList<>();
    try (Connection connection = servers.primary().getConnection();
        PreparedStatement statement =
            connection.prepareStatement("SELECT * FROM information_schema.columns");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        columns.add(row.getString("table_name") + "." + row.getString("column_name"));
      }
    }

    assertThat(columns)
        .containsExactly(
            "account.id",
            "account.balance",
            "account_0.id",
            "account_0.balance",
            "account_1.id",
            "account_1.balance");
  }
}
