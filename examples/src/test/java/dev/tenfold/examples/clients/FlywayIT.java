// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ReadIntent;
import dev.tenfold.testkit.PostgresFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Flyway: migrations write on the primary and reach the standby by replication. */
@Timeout(60)
@ExtendWith(ClientServers.class)
@ParameterizedClass(name = "pools with autoCommit={0}")
@ValueSource(booleans = {true, false})
class FlywayIT {
  private static final String FOLDER = "classpath:dev/tenfold/examples/clients/";

  @Parameter private boolean autoCommit;
  private ClientDatabase database;

  @BeforeEach
  void open(PostgresFixture servers) {
    database = ClientDatabase.open(servers, autoCommit);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Flyway flyway(String... folders) {
    String[] locations = new String[folders.length];
    for (int i = 0; i < folders.length; i++) {
      locations[i] = FOLDER + folders[i];
    }
    return Flyway.configure()
        .dataSource(database.source())
        .locations(locations)
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load();
  }

  private String nodeAndGuest() throws SQLException {
    try (Connection connection = database.source().getConnection()) {
      connection.setReadOnly(true);
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery("SELECT pg_is_in_recovery(), guest FROM migrated")) {
        row.next();
        return row.getString(1) + ' ' + row.getString(2);
      }
    }
  }

  @Test
  void migrate_twoVersions_writesOnThePrimaryAndTheStandbyServesThem() throws SQLException {
    assertThat(flyway("migrations").migrate().migrationsExecuted).isEqualTo(2);
    database.replayed();

    assertThat(nodeAndGuest()).isEqualTo("t Grace");
    assertThat(flyway("migrations").migrate().migrationsExecuted).as("once more").isZero();
    flyway("migrations").validate();
    assertThat(flyway("migrations").info().pending()).isEmpty();
  }

  @Test
  void migrate_failingVersion_isRolledBack() {
    assertThatThrownBy(() -> flyway("migrations", "broken").migrate())
        .isInstanceOf(FlywayException.class);

    assertThat(database.hasTable("migrated")).as("the versions before").isTrue();
    assertThat(database.hasTable("half_done")).as("the failing version").isFalse();
  }

  @Test
  void migrate_insideAPrimaryScope_writesOnThePrimary() {
    ReadIntent.PRIMARY.run(
        () -> assertThat(flyway("migrations").migrate().migrationsExecuted).isEqualTo(2));
  }
}
