// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

/** What becomes of a read for which no replica qualifies. */
public enum NoReplica {
  /** The primary serves the read, as far as its share for such reads goes. */
  PRIMARY,
  /** The read fails with a {@link java.sql.SQLTransientConnectionException}. */
  FAIL
}
