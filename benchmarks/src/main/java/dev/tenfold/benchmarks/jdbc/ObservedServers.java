// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Servers whose probe shows each reading to an observer, on the thread that asks, before it gives
 * the answer.
 */
record ObservedServers(Servers servers, Consumer<LagProbe.Reading> observer) implements Servers {

  @Override
  public DataSource primary() {
    return servers.primary();
  }

  @Override
  public List<DataSource> replicas() {
    return servers.replicas();
  }

  @Override
  public LagProbe lagProbe() {
    LagProbe probe = servers.lagProbe();
    return statement -> {
      LagProbe.Reading reading = probe.read(statement);
      observer.accept(reading);
      return reading;
    };
  }

  @Override
  public void close() {
    servers.close();
  }
}
