// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CallInterruptedException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** The places of a bulkhead, whose refusals are those of JDBC. */
final class Places {
  private Places() {}

  /**
   * Takes a place, after a wait that the bulkhead and the Deadline limit.
   *
   * @param what what the bulkhead protects, for the message
   * @throws SQLException if no place is free in time, or the thread is interrupted
   */
  static void acquire(Bulkhead bulkhead, String what) throws SQLException {
    try {
      bulkhead.acquire();
    } catch (RejectedException refused) {
      throw new SQLTransientConnectionException(
          what + " has no free connection: " + refused.getMessage(), "08004", refused);
    } catch (CallInterruptedException interrupted) {
      throw new SQLTransientConnectionException(
          what + ": the wait for a connection was interrupted", "08004", interrupted);
    }
  }
}
