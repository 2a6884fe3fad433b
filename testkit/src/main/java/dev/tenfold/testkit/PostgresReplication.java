// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

/** A standby's side of streaming replication: receives the log of its primary and replays it. */
final class PostgresReplication {
  private static final String CONNINFO = "primary_conninfo";

  private final ServerProcess server;
  private final PostgresClient client;
  private final PostgresSettings settings;

  PostgresReplication(ServerProcess server, PostgresClient client, PostgresSettings settings) {
    this.server = server;
    this.client = client;
    this.settings = settings;
  }

  void pauseReplay() {
    client.ask("select pg_wal_replay_pause()");
    client.await("replay is paused", "select pg_get_wal_replay_pause_state()", "paused");
  }

  void resumeReplay() {
    client.ask("select pg_wal_replay_resume()");
  }

  void promote() {
    client.ask("select pg_promote(false)");
    client.await(
        "the server on port " + server.port() + " is promoted", "select pg_is_in_recovery()", "f");
  }

  /**
   * Takes the address of the primary away. The replaying process would end the receiver for that,
   * but not while replay is paused; so it is ended here as well.
   */
  void stopReceiving() {
    settings.set(CONNINFO, "");
    PostgresClient.await(
        "the WAL receiver of the server on port " + server.port() + " has ended",
        () -> {
          String receiver =
              client.ask("select pid from pg_stat_activity where backend_type = 'walreceiver'");
          if (!receiver.isEmpty()) {
            server.endChild(Long.parseLong(receiver));
          }
          return receiver.isEmpty();
        });
  }

  void startReceiving() {
    if (client.ask("select pg_is_wal_replay_paused()").equals("t")) {
      throw new IllegalStateException("replay is paused, and it starts the receiver; resume it");
    }
    settings.reset(CONNINFO);
    awaitStreaming();
  }

  void awaitStreaming() {
    client.await(
        "the server on port " + server.port() + " streams from its primary",
        "select status from pg_stat_wal_receiver",
        "streaming");
  }
}
