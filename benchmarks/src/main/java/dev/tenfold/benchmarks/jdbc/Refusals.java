// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.sql.SQLFeatureNotSupportedException;

/** What the stub answers to calls that no contender makes. */
final class Refusals {

  private Refusals() {}

  static SQLFeatureNotSupportedException notStubbed() {
    return new SQLFeatureNotSupportedException("the stub driver does not do this");
  }
}
