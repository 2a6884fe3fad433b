// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import dev.tenfold.core.Checks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Real PostgreSQL 18 servers on 127.0.0.1, from a Maven artifact: a primary, and up to 8 standbys
 * that follow it by streaming replication. Needs no installation and no container, and runs as any
 * user (root needs {@code unshare} or {@code setpriv} of util-linux). With another version of the
 * artifact, from 14 on, the servers are of that version.
 *
 * <pre>{@code
 * String url = PostgresFixture.shared().primary().createDatabase("orders");   // one server per JVM
 *
 * try (PostgresFixture postgres = PostgresFixture.start(1)) {                 // your own, which may be broken
 *   postgres.standby(0).pauseReplay();
 *   ...
 *   postgres.primary().kill();
 *   postgres.standby(0).promote();
 *   postgres.primary().follow(postgres.standby(0));
 * }
 * }</pre>
 *
 * <p>Settings that differ from PostgreSQL's defaults: {@code fsync=off} (a killed server loses
 * nothing, a crashed machine everything), {@code max_connections=200}, {@code
 * wal_receiver_status_interval=1s}, {@code wal_retrieve_retry_interval=100ms} (a standby finds its
 * restarted primary quickly), {@code wal_keep_size=256MB} (a standby that was down catches up
 * within that much log), {@code io_method=sync} (since PostgreSQL 18) and {@code
 * shared_buffers=32MB} (small and quick to start). The settings on which positions in the log
 * depend are as in production: {@code synchronous_commit=on} (a commit waits for a standby only
 * after {@link PostgresServer#set set("synchronous_standby_names", ...)}, but its position is
 * true), {@code full_page_writes=on}, {@code wal_level=replica}. The user is {@code postgres}, the
 * password is random and part of the URL, the encoding is UTF-8, the locale is C.
 *
 * <p><b>Guarantees.</b> The servers end with this JVM at the latest, even if the JVM is killed, and
 * leave no file behind. Each fixture is a cluster with a system identifier of its own, which its
 * standbys share.
 *
 * <p><b>No guarantees.</b> Nothing restarts the shared primary: if a test breaks it, all tests of
 * the JVM fail.
 *
 * <p>Any thread may read. One thread at a time may change the state of the servers. Starting a
 * server takes about a second, and the first start on a machine several seconds more.
 */
public final class PostgresFixture implements AutoCloseable {
  private static final int MAX_STANDBYS = 8;
  private static final Once<PostgresFixture> SHARED = new Once<>(() -> launch(0, Map.of(), true));

  private final List<PostgresServer> servers;
  private final boolean isShared;

  private PostgresFixture(List<PostgresServer> servers, boolean isShared) {
    this.servers = List.copyOf(servers);
    this.isShared = isShared;
  }

  /**
   * Returns the primary that all tests of this JVM share. The first call starts it. Create a
   * database of your own on it, and do not break the server: other tests use it.
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
   * @param standbys the number of standbys, 0 to 8
   * @return the running servers
   * @throws FixtureException if one of them cannot be started
   * @throws IllegalArgumentException if the number is out of range
   */
  public static PostgresFixture start(int standbys) {
    return start(standbys, Map.of());
  }

  /**
   * Starts a primary of your own and standbys that follow it, with some settings changed.
   *
   * @param standbys the number of standbys, 0 to 8
   * @param settings names and values as in {@code postgresql.conf}, for all servers; they replace
   *     the fixture's settings, except {@code port}, {@code listen_addresses} and {@code
   *     unix_socket_directories}
   * @return the running servers
   * @throws FixtureException if one of them cannot be started, for example because of a setting
   * @throws IllegalArgumentException if the number is out of range
   */
  public static PostgresFixture start(int standbys, Map<String, String> settings) {
    return launch(standbys, Map.copyOf(settings), false);
  }

  private static PostgresFixture launch(
      int standbys, Map<String, String> settings, boolean isShared) {
    Checks.range(0, MAX_STANDBYS, "number of standbys", standbys);
    List<PostgresServer> servers = new ArrayList<>();
    try {
      PostgresServer primary = PostgresServer.startPrimary(isShared, settings);
      servers.add(primary);
      for (int index = 0; index < standbys; index++) {
        servers.add(PostgresServer.startStandby("standby" + index, settings, primary));
      }
      return new PostgresFixture(servers, isShared);
    } catch (RuntimeException e) {
      Collections.reverse(servers);
      servers.forEach(PostgresServer::close);
      throw e;
    }
  }

  /**
   * Returns the server that began as the primary. After a failover it may be dead, or a standby: a
   * server keeps its place and its {@linkplain PostgresServer#name name}, whatever its role is.
   *
   * @return the first server, the primary unless a test made it another
   */
  public PostgresServer primary() {
    return servers.get(0);
  }

  /**
   * Returns a server that began as a standby. Its name, and so its {@code application_name} at the
   * primary, is {@code standby} and the index.
   *
   * @param index 0 to the number of standbys - 1
   * @return the server, a standby unless a test promoted it
   * @throws IndexOutOfBoundsException if there is no such standby
   */
  public PostgresServer standby(int index) {
    return standbys().get(index);
  }

  /**
   * Returns the servers that began as standbys.
   *
   * @return the servers, unmodifiable
   */
  public List<PostgresServer> standbys() {
    return servers.subList(1, servers.size());
  }

  /** Kills the servers and removes their files. No effect on the shared one, or the second time. */
  @Override
  public void close() {
    if (!isShared) {
      for (int index = servers.size() - 1; index >= 0; index--) {
        servers.get(index).close();
      }
    }
  }
}
