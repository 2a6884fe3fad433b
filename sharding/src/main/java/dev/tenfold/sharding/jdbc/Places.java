// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CallInterruptedException;
import java.io.Serial;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** The places of a bulkhead, whose refusals are those of JDBC. */
final class Places {
  private Places() {}

  /** No place was free: that says nothing about the server behind the pool. */
  static final class NoPlaceException extends SQLTransientConnectionException {
    @Serial private static final long serialVersionUID = 1;

    private NoPlaceException(String message, RuntimeException cause) {
      super(message, "08004", cause);
    }
  }

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
      throw new NoPlaceException(
          what + " has no free connection: " + refused.getMessage(), refused);
    } catch (CallInterruptedException interrupted) {
      throw new NoPlaceException(what + ": the wait for a connection was interrupted", interrupted);
    }
  }
}
