// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.sharding.contract.TopologyLoaderContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The file and a lambda that an outsider might write keep the contract. */
class TopologyLoaderContractsTest {

  @Nested
  class InAFile extends TopologyLoaderContract {
    @TempDir private Path directory;

    private Path path() {
      return directory.resolve("orders.topology");
    }

    @Override
    protected TopologyLoader loader() {
      return TopologyFile.at(path());
    }

    @Override
    protected void publish(Topology topology) throws IOException {
      TopologyFile.at(path()).write(topology);
    }

    @Override
    protected void takeAway() throws IOException {
      Files.delete(path());
    }
  }

  /** What a loader of a registry, a configuration service or the like amounts to. */
  @Nested
  class InARegistry extends TopologyLoaderContract {
    private final AtomicReference<String> registry = new AtomicReference<>();

    @Override
    protected TopologyLoader loader() {
      return () -> Optional.ofNullable(registry.get()).orElseThrow();
    }

    @Override
    protected void publish(Topology topology) {
      registry.set(topology.text());
    }

    @Override
    protected void takeAway() {
      registry.set(null);
    }
  }
}
