// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Real PostgreSQL servers on 127.0.0.1, from a Maven artifact: a primary and any number of standbys
 * that follow it by streaming replication. No installation, no container, any user (root needs
 * {@code unshare} or {@code setpriv} of util-linux).
 *
 * <pre>{@code
 * String url = PostgresFixture.shared().primary().createDatabase("orders");   // one server per JVM
 *
 * try (PostgresFixture postgres = PostgresFixture.start(1)) {                 // your own, to be broken
 *   postgres.standby(0).pauseReplay();
 *   ...
 *   postgres.primary().kill();
 *   postgres.primary().restart();
 * }
 * }</pre>
 *
 * <p>Settings that differ from PostgreSQL's defaults: {@code fsync=off} (a killed server loses
 * nothing, a crashed machine everything), {@code max_connections=200}, {@code
 * wal_receiver_status_interval=1s}, {@code wal_retrieve_retry_interval=100ms} (a standby finds its
 * restarted primary quickly), {@code wal_keep_size=256MB} (a standby may be down for that long),
 * {@code io_method=sync} and {@code shared_buffers=32MB} (small and quick to start). What positions
 * in the log rely on is as in production: {@code synchronous_commit=on} (without synchronous
 * standbys, so a commit waits for nobody but says a true position), {@code full_page_writes=on},
 * {@code wal_level=replica}. The user is {@code postgres}, the password a random one in the URL,
 * the encoding UTF-8, the locale C.
 *
 * <p>Each fixture is a cluster with a system identifier of its own, which its standbys share.
 *
 * <p>The servers end with this JVM at the latest, even if the JVM is killed, and leave no file
 * behind. Any thread may read; one thread at a time may change the servers' state.
 */
public final class PostgresFixture implements AutoCloseable {
  private static final int MOST_STANDBYS = 8;
  private static final Once<PostgresFixture> SHARED = new Once<>(() -> launch(0, Map.of(), true));

  private final List<PostgresServer> servers;
  private final boolean isShared;

  private PostgresFixture(List<PostgresServer> servers, boolean isShared) {
    this.servers = List.copyOf(servers);
    this.isShared = isShared;
  }

  /**
   * Returns the one primary that everything in this JVM shares; the first call starts it. Create a
   * database of your own, and do not break the server: others are using it.
   *
   * @return the shared primary, without standbys; closing it has no effect
   * @throws FixtureException if it cannot be started
   */
  public static PostgresFixture shared() {
    return SHARED.get();
  }

  /**
   * Starts a primary of your own.
   *
   * @return the running server
   * @throws FixtureException if it cannot be started
   */
  public static PostgresFixture start() {
    return start(0);
  }

  /**
   * Starts a primary of your own and standbys that follow it.
   *
   * @param standbys how many, 0 to 8
   * @return the running servers
   * @throws FixtureException if one of them cannot be started
   */
  public static PostgresFixture start(int standbys) {
    return start(standbys, Map.of());
  }

  /**
   * Starts a primary of your own and standbys that follow it, with some settings changed.
   *
   * @param standbys how many, 0 to 8
   * @param settings names and values as in {@code postgresql.conf}, for all of the servers; they
   *     win over the fixture's, except {@code port}, {@code listen_addresses} and {@code
   *     unix_socket_directories}
   * @return the running servers
   * @throws FixtureException if one of them cannot be started, for example because of a setting
   */
  public static PostgresFixture start(int standbys, Map<String, String> settings) {
    return launch(standbys, Map.copyOf(settings), false);
  }

  private static PostgresFixture launch(
      int standbys, Map<String, String> settings, boolean isShared) {
    if (standbys < 0 || standbys > MOST_STANDBYS) {
      throw new IllegalArgumentException(
          "standbys " + standbys + " is not within 0 and " + MOST_STANDBYS);
    }
    List<PostgresServer> servers = new ArrayList<>();
    try {
      PostgresServer primary =
          PostgresServer.start(
              isShared ? PostgresServer.Role.SHARED : PostgresServer.Role.PRIMARY,
              null,
              "primary",
              settings);
      servers.add(primary);
      for (int index = 0; index < standbys; index++) {
        servers.add(
            PostgresServer.start(
                PostgresServer.Role.STANDBY, primary, "standby" + index, settings));
      }
      return new PostgresFixture(servers, isShared);
    } catch (RuntimeException e) {
      Collections.reverse(servers);
      servers.forEach(PostgresServer::close);
      throw e;
    }
  }

  /**
   * Returns the server that takes writes.
   *
   * @return the primary
   */
  public PostgresServer primary() {
    return servers.get(0);
  }

  /**
   * Returns one of the servers that follow. Its {@code application_name} at the primary is {@code
   * standby} and the index.
   *
   * @param index 0 to the number of standbys - 1
   * @return the standby
   * @throws IndexOutOfBoundsException if there is no such standby
   */
  public PostgresServer standby(int index) {
    return standbys().get(index);
  }

  /**
   * Returns the servers that follow.
   *
   * @return the standbys, unmodifiable
   */
  public List<PostgresServer> standbys() {
    return servers.subList(1, servers.size());
  }

  /** Ends the servers and removes their files. No effect on the shared one, or the second time. */
  @Override
  public void close() {
    if (!isShared) {
      for (int index = servers.size() - 1; index >= 0; index--) {
        servers.get(index).close();
      }
    }
  }
}
