// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One server of a {@link PostgresFixture}: the primary or a standby.
 *
 * <p><b>Guarantees.</b> The server keeps its port, its password and its data for the life of the
 * fixture, across kills and restarts. A method that changes the state returns when the change has
 * happened.
 *
 * <p><b>No guarantees.</b> What a kill loses is what PostgreSQL loses: open transactions.
 *
 * <p>Any thread may read. One thread at a time may change the state of the server.
 */
public final class PostgresServer {
  /** The settings of every server. The class comment of {@link PostgresFixture} says why. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("fsync", "off"),
          // Shared memory in the server's directory: in /dev/shm it would outlive a killed server.
          Map.entry("dynamic_shared_memory_type", "mmap"),
          Map.entry("synchronous_commit", "on"),
          Map.entry("full_page_writes", "on"),
          Map.entry("wal_level", "replica"),
          Map.entry("hot_standby", "on"),
          Map.entry("max_connections", "200"),
          Map.entry("max_wal_senders", "10"),
          Map.entry("wal_keep_size", "256MB"),
          Map.entry("wal_receiver_status_interval", "1s"),
          Map.entry("wal_retrieve_retry_interval", "100ms"),
          Map.entry("shared_buffers", "32MB"));

  private static final Map<String, String> SETTINGS_SINCE_18 = Map.of("io_method", "sync");

  private static final Duration PAUSE_TIMEOUT = Duration.ofSeconds(30);

  private final ServerProcess server;
  private final String password;
  private final Role role;
  private final long systemIdentifier;

  private PostgresServer(ServerProcess server, String password, Role role, long systemIdentifier) {
    this.server = server;
    this.password = password;
    this.role = role;
    this.systemIdentifier = systemIdentifier;
  }

  /** The role of a server. The shared primary must not be broken. */
  enum Role {
    PRIMARY,
    SHARED,
    STANDBY
  }

  /** Starts a server. A standby follows {@code primary}. */
  static PostgresServer start(
      Role role, @Nullable PostgresServer primary, String name, Map<String, String> settings) {
    PostgresTemplate template = PostgresTemplate.get();
    OwnedDirectory directory = OwnedDirectory.create();
    Map<String, String> all = settings(template.majorVersion());
    all.putAll(settings);
    Program program = new Program(name, Binaries.postgres().resolve("bin/postgres"), all);
    ServerProcess server = new ServerProcess(program, directory);
    try {
      Unprivileged.get().open(directory.path());
      template.copyTo(server.data());
      if (primary == null) {
        SystemIdentifier.write(server.data(), newIdentifier(template, directory));
      } else {
        SystemIdentifier.write(server.data(), primary.systemIdentifier);
        follow(server.data(), primary, name);
      }
      long systemIdentifier = SystemIdentifier.read(server.data());
      server.start();
      return new PostgresServer(server, template.password(), role, systemIdentifier);
    } catch (IOException e) {
      server.close();
      throw new FixtureException("cannot write to " + directory.path() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Returns the settings that a server of this version knows: it does not start with others. */
  static Map<String, String> settings(int majorVersion) {
    Map<String, String> settings = new LinkedHashMap<>(SETTINGS);
    if (majorVersion >= 18) {
      settings.putAll(SETTINGS_SINCE_18);
    }
    return settings;
  }

  /** Returns a new identifier: as usual the time of initdb, but with a random lower half. */
  private static long newIdentifier(PostgresTemplate template, OwnedDirectory directory)
      throws IOException {
    long initialized = SystemIdentifier.read(template.data()) & 0xFFFF_FFFF_0000_0000L;
    return initialized | Integer.toUnsignedLong(directory.path().toString().hashCode());
  }

  private static void follow(Path data, PostgresServer primary, String name) throws IOException {
    Files.createFile(data.resolve("standby.signal"));
    Files.writeString(
        data.resolve("postgresql.auto.conf"),
        "primary_conninfo = 'host=127.0.0.1 port=%s user=postgres password=%s application_name=%s'%n"
            .formatted(primary.port(), primary.password, name));
  }

  /**
   * Returns the URL of the database {@code postgres}, with user and password.
   *
   * @return a URL for the PostgreSQL JDBC driver
   */
  public String jdbcUrl() {
    return jdbcUrl("postgres");
  }

  /**
   * Returns the URL of a database, with user and password.
   *
   * @param database the name of the database; it need not exist yet
   * @return a URL for the PostgreSQL JDBC driver
   */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%s/%s?user=postgres&password=%s"
        .formatted(port(), database, password);
  }

  /**
   * Returns a source of new connections to the database {@code postgres}, without a pool.
   *
   * @return the data source
   */
  public DataSource dataSource() {
    return dataSource("postgres");
  }

  /**
   * Returns a source of new connections to a database, without a pool.
   *
   * @param database the name of the database; it need not exist yet
   * @return the data source
   */
  public DataSource dataSource(String database) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(jdbcUrl(database));
    return dataSource;
  }

  /**
   * Returns the port on 127.0.0.1.
   *
   * @return the port, the same for the life of the fixture
   */
  public int port() {
    return server.port();
  }

  /**
   * Returns the process id of the postmaster. It changes with every restart.
   *
   * @return the process id of the latest postmaster, which may have ended
   */
  public long pid() {
    return server.pid();
  }

  /**
   * Kills the postmaster and all its children (SIGKILL). Returns when they are dead. No effect on a
   * dead server.
   *
   * @throws IllegalStateException if this is the shared server
   */
  public void kill() {
    notShared().kill();
  }

  /**
   * Starts the server again with its port and data. A server that still runs is stopped first
   * (SIGINT: open transactions are aborted, connections are closed). If it does not stop within 5
   * s, for example because it waits for a paused standby, it is killed.
   *
   * @throws IllegalStateException if this is the shared server
   * @throws FixtureException if it cannot be started
   */
  public void restart() {
    notShared().restart();
  }

  /**
   * Pauses the postmaster and all its children (SIGSTOP). Returns when they are stopped.
   * Connections stay open, but the server does not answer.
   *
   * @throws IllegalStateException if the server does not run, or is the shared one
   */
  public void pause() {
    notShared().pause();
  }

  /**
   * Resumes a paused server (SIGCONT). No effect on a running one.
   *
   * @throws IllegalStateException if the server does not run, or is the shared one
   */
  public void resume() {
    notShared().resume();
  }

  /**
   * Pauses replay on a standby: it still receives the log of the primary, but does not replay it.
   * Returns when replay is paused.
   *
   * @throws IllegalStateException if this is the primary
   * @throws FixtureException if the server refuses
   */
  public void pauseReplay() {
    query("select pg_wal_replay_pause()");
    Await.until(
        "replay is paused",
        PAUSE_TIMEOUT,
        () -> "paused".equals(query("select pg_get_wal_replay_pause_state()")));
  }

  /**
   * Resumes replay on a standby. No effect if replay is not paused.
   *
   * @throws IllegalStateException if this is the primary
   * @throws FixtureException if the server refuses
   */
  public void resumeReplay() {
    query("select pg_wal_replay_resume()");
  }

  private String query(String sql) {
    if (role != Role.STANDBY) {
      throw new IllegalStateException("a primary does not replay: " + sql);
    }
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return Objects.requireNonNullElse(result.getString(1), "");
    } catch (SQLException e) {
      throw new FixtureException("the server on port " + port() + " refused: " + sql, e);
    }
  }

  /**
   * Creates an empty database.
   *
   * @param name the name: letters, digits and underscores, not starting with a digit
   * @return the URL of the database, as {@link #jdbcUrl(String)} returns it
   * @throws IllegalArgumentException if the name has other characters
   * @throws IllegalStateException if this is a standby
   * @throws FixtureException if the database exists or the server refuses for another reason
   */
  public String createDatabase(String name) {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException(
          "database name is " + name + "; it must be letters, digits and underscores");
    }
    if (role == Role.STANDBY) {
      throw new IllegalStateException("a standby is read-only; create " + name + " on the primary");
    }
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      // PostgreSQL 14 has this strategy too, but no name for it.
      boolean named = connection.getMetaData().getDatabaseMajorVersion() >= 15;
      statement.execute("create database \"" + name + "\"" + (named ? " strategy file_copy" : ""));
    } catch (SQLException e) {
      throw new FixtureException("cannot create database " + name + ": " + e.getMessage(), e);
    }
    return jdbcUrl(name);
  }

  private ServerProcess notShared() {
    if (role == Role.SHARED) {
      throw new IllegalStateException(
          "other tests use the shared PostgreSQL; start() one of your own to break");
    }
    return server;
  }

  void close() {
    server.close();
  }

  @Override
  public String toString() {
    return (role == Role.STANDBY ? "standby" : "primary") + " on 127.0.0.1:" + port();
  }

  private record Program(String label, Path postgres, Map<String, String> settings)
      implements ServerProcess.Program {

    @Override
    public String name() {
      return "PostgreSQL (" + label + ")";
    }

    @Override
    public List<String> command(Path data, int port) {
      Map<String, String> all = new LinkedHashMap<>(settings);
      all.put("listen_addresses", "127.0.0.1");
      all.put("port", Integer.toString(port));
      all.put("unix_socket_directories", "");
      List<String> command = new ArrayList<>(Unprivileged.get().prefix());
      command.addAll(List.of(postgres.toString(), "-D", data.toString()));
      all.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
      return command;
    }

    /** Reads the lock file, into which the postmaster writes its process id and its state. */
    @Override
    public boolean ready(Path data, int port, long pid) throws IOException {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      return lines.size() >= 8
          && lines.get(0).equals(Long.toString(pid))
          && lines.get(7).strip().equals("ready");
    }
  }
}
