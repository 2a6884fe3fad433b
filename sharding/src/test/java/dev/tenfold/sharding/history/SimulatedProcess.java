// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

/** A process of a simulation: a data source with pools of its own. */
final class SimulatedProcess implements AutoCloseable {
  final ReadWriteDataSource dataSource;

  SimulatedProcess(
      SimulatedServer[] servers,
      ManualTimeSource time,
      RandomGenerator random,
      Runnable duringCommit) {
    var builder =
        ReadWriteDataSource.builder("orders")
            .primary(new SimulatedPool(servers[0], random, duringCommit).dataSource())
            .maxStaleness(Duration.ofSeconds(10))
            .probeInterval(Duration.ofSeconds(1))
            .lagProbe(
                statement -> statement.getConnection().unwrap(SimulatedServer.class).reading())
            .executor(Runnable::run)
            .random(new Random(random.nextLong()))
            .timeSource(time);
    for (int i = 1; i < servers.length; i++) {
      SimulatedPool pool = new SimulatedPool(servers[i], random, duringCommit);
      builder.candidate(servers[i].name, pool.dataSource());
    }
    this.dataSource = builder.build();
  }

  @Override
  public void close() {
    dataSource.close();
  }
}
