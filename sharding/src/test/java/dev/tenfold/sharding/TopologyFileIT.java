// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writers in other JVMs are killed while they write. */
@Timeout(60)
class TopologyFileIT {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 40, 150})
  void write_killed_leavesAWholeTopologyNoOlderThanTheLastWritten(int writes) throws Exception {
    Path path = directory.resolve("topology");
    TopologyFile file = TopologyFile.at(path);
    Process writer =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long written = 0;
    try {
      BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8);
      while (written < writes) {
        written = Long.parseLong(lines.readLine());
        assertThat(Topology.parse(file.load()).version()).isGreaterThanOrEqualTo(written);
      }
    } finally {
      writer.destroyForcibly().waitFor();
    }

    Topology left = Topology.parse(file.load());
    assertThat(left.version()).isGreaterThanOrEqualTo(written);
    assertThat(file.write(left.evolve().add("after", 1).build())).isTrue();
  }

  /** Writes one version after the other and prints its number, until the process is killed. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws IOException {
      TopologyFile file = TopologyFile.at(Path.of(arguments[0]));
      Topology topology = Topology.builder("orders").shard("s0", 1).build();
      while (!System.out.checkError()) {
        file.write(topology);
        System.out.println(topology.version());
        String next = "s" + topology.version();
        String oldest = topology.shards().get(0).value();
        topology = topology.evolve().add(next, 1).remove(oldest).build();
      }
    }
  }
}
