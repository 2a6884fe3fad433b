// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The data source works in a JVM that has neither HikariCP nor pgjdbc. */
class OptionalLibrariesIT {

  @Test
  void readAndWrite_withoutHikariAndPgjdbc_work() throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("HikariCP") && !entry.contains("postgresql"))
            .collect(Collectors.joining(File.pathSeparator));
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                OptionalLibrariesIT.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(output).isZero();
    assertThat(output).contains("read on r1, written on primary");
  }

  /** Runs in the other JVM. */
  public static void main(String[] none) throws SQLException {
    for (String absent : new String[] {"com.zaxxer.hikari.HikariConfig", "org.postgresql.Driver"}) {
      assertThatExceptionOfType(ClassNotFoundException.class)
          .isThrownBy(() -> Class.forName(absent));
    }
    try (StubCluster cluster = new StubCluster()) {
      cluster.probe.unreachable(cluster.r2);
      cluster.round();
      System.out.println("read on " + cluster.read() + ", written on " + cluster.write());
    }
  }
}
