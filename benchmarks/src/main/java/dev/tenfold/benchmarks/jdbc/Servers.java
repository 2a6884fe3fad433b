// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe;
import java.util.List;
import javax.sql.DataSource;

/** A running primary with its replicas. The data sources do not pool. */
interface Servers extends AutoCloseable {

  DataSource primary();

  List<DataSource> replicas();

  /** Returns the probe that reads the positions of these servers. */
  LagProbe lagProbe();

  @Override
  void close();
}
