// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BackendsIT {

  @Test
  @Timeout(120)
  void close_openConnections_returnsAfterTheLastServerProcessHasEnded() throws SQLException {
    List<ProcessHandle> others = serverProcesses(); // those of other tests in this JVM
    List<Connection> connections = new ArrayList<>();
    List<ProcessHandle> started;
    try (Backends backends = Backends.start(10)) {
      for (String shard : backends.shards()) {
        for (int i = 0; i < 20; i++) {
          connections.add(backends.open(backends.primary(shard)).getConnection());
        }
      }
      started =
          serverProcesses().stream()
              .filter(process -> !others.contains(process))
              .filter(process -> process.parent().filter(others::contains).isEmpty())
              .toList();
      assertThat(started).as("servers and their children").isNotEmpty();
    }
    assertThat(started).as("server processes left").noneMatch(BackendsIT::isServer);
  }

  private static List<ProcessHandle> serverProcesses() {
    return ProcessHandle.current().descendants().filter(BackendsIT::isServer).toList();
  }

  /** A process that has ended and waits for its parent has no program any more. */
  private static boolean isServer(ProcessHandle process) {
    String program = process.isAlive() ? process.info().command().orElse("") : "";
    return program.contains("postgres") || program.contains("redis");
  }
}
