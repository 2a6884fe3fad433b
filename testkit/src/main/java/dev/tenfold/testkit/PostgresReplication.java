// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

/** A standby's side of streaming replication: receives the log of its primary and replays it. */
final class PostgresReplication {
  private final PostgresClient client;

  PostgresReplication(PostgresClient client) {
    this.client = client;
  }

  void pauseReplay() {
    client.ask("select pg_wal_replay_pause()");
    client.await("replay is paused", "select pg_get_wal_replay_pause_state()", "paused");
  }

  void resumeReplay() {
    client.ask("select pg_wal_replay_resume()");
  }
}
