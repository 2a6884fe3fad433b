// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

/** Whether a node may serve a read, and if it may not, why. */
enum Eligibility {
  ELIGIBLE("it may serve this read"),
  UNKNOWN("what it has replayed is unknown"),
  NOT_A_STANDBY("it is not a standby"),
  OTHER_CLUSTER("it belongs to another cluster than the primary"),
  SAME_SERVER("it is the same server as another node"),
  STALE("it is staler than the read accepts"),
  BEHIND("it has not replayed what the scope has written or read"),
  ASIDE("it is put aside after a connection that could not be used");

  final String why;

  Eligibility(String why) {
    this.why = why;
  }
}
