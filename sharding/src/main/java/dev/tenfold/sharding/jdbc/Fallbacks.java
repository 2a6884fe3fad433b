// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.resilience.Bulkhead;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads that the primary serves because no replica qualifies: refused, or limited to a share of the
 * primary's pool, so that a lack of replicas does not take the connections of the writers. Reads of
 * a scope that has written or read something are exempt from the share.
 */
final class Fallbacks {
  private final String dataSource;
  private final String shareName;
  private final boolean refused;
  private final @Nullable Bulkhead share;
  private final boolean waits;

  /**
   * Creates the limit.
   *
   * @param dataSource the name of the data source, for messages
   * @param refused whether no read may fall back
   * @param share the share of the primary; null for no limit
   * @param waits whether a read waits for a place of the share
   */
  Fallbacks(String dataSource, boolean refused, @Nullable Bulkhead share, boolean waits) {
    this.dataSource = "data source " + dataSource;
    this.shareName = this.dataSource + ": the share of the primary for reads without replica";
    this.refused = refused;
    this.share = share;
    this.waits = waits;
  }

  /** Returns whether a read would be refused now, without a wait. */
  boolean refuses(boolean exempt) {
    return refused || (!exempt && share != null && !waits && share.available() == 0);
  }

  /**
   * Lets a read fall back to the primary.
   *
   * @param exempt whether the share does not count
   * @return whether the read holds a place of the share, to be given back by {@link #leave}
   * @throws SQLException if the read is refused
   */
  boolean enter(boolean exempt) throws SQLException {
    if (refused) {
      throw new SQLTransientConnectionException(
          dataSource + ": no replica qualifies for the read, and onNoReplica is FAIL", "08004");
    }
    if (exempt || share == null) {
      return false;
    }
    Places.acquire(share, shareName);
    return true;
  }

  void leave() {
    if (share != null) {
      share.release();
    }
  }
}
