// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One server of a {@link PostgresFixture}: the primary or a standby. It can be broken in the ways
 * in which servers break, and failovers and their histories can be played.
 *
 * <pre>{@code
 * PostgresServer old = postgres.primary();
 * PostgresServer standby = postgres.standby(0);
 * old.kill();
 * standby.promote();        // takes writes, on timeline 2
 * old.follow(standby);      // rebuilt as its standby, on its own port
 * }</pre>
 *
 * <p><b>Guarantees.</b> The server keeps its port, its password and its name for the life of the
 * fixture, and its data across kills and restarts. A method that changes the state returns when the
 * change has happened. The role is read from the data directory, so it is right after a promotion
 * by SQL too.
 *
 * <p><b>No guarantees.</b> What a kill loses is what PostgreSQL loses: open transactions. Nothing
 * keeps two servers from taking writes at once: the tests decide who is the primary.
 *
 * <p>Any thread may read. One thread at a time may change the state of the server. A change takes
 * milliseconds; {@link #follow}, {@link #snapshot}, {@link #restore} and {@link #killBackend} take
 * some tenths of a second. A change that does not happen fails after a minute.
 */
public final class PostgresServer {
  private final ServerProcess server;
  private final String name;
  private final boolean isShared;
  private final String password;
  private final PostgresData data;
  private final PostgresClient client;
  private final PostgresSettings settings;
  private final PostgresReplication replication;
  private final AtomicInteger snapshots = new AtomicInteger();

  private PostgresServer(ServerProcess server, String name, boolean isShared, String password) {
    this.server = server;
    this.name = name;
    this.isShared = isShared;
    this.password = password;
    this.data = new PostgresData(server.data());
    this.client = new PostgresClient(this::jdbcUrl);
    this.settings = new PostgresSettings(client);
    this.replication = new PostgresReplication(server, client, settings);
  }

  /** Starts a primary. The shared one must not be broken. */
  static PostgresServer startPrimary(boolean isShared, Map<String, String> settings) {
    return start("primary", isShared, settings, null);
  }

  /** Starts a standby of a primary that has not run for long: the standby begins as it began. */
  static PostgresServer startStandby(
      String name, Map<String, String> settings, PostgresServer primary) {
    return start(name, false, settings, primary);
  }

  private static PostgresServer start(
      String name,
      boolean isShared,
      Map<String, String> settings,
      @Nullable PostgresServer primary) {
    PostgresTemplate template = PostgresTemplate.get();
    OwnedDirectory directory = OwnedDirectory.create();
    ServerProcess process = new ServerProcess(new PostgresProgram(name), directory);
    PostgresServer server = new PostgresServer(process, name, isShared, template.password());
    try {
      Unprivileged.get().open(directory.path());
      Path data = process.data();
      template.copyTo(data);
      Map<String, String> all = PostgresSettings.of(template.majorVersion());
      all.putAll(settings);
      PostgresSettings.append(data, all);
      if (primary == null) {
        SystemIdentifier.write(data, newIdentifier(template, directory));
      } else {
        SystemIdentifier.write(data, SystemIdentifier.read(primary.data.path()));
        server.data.follow(primary.conninfo(name));
      }
      process.start();
      return server;
    } catch (IOException e) {
      process.close();
      throw new FixtureException("cannot write to " + directory.path() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /** Returns a new identifier: as usual the time of initdb, but with a random lower half. */
  private static long newIdentifier(PostgresTemplate template, OwnedDirectory directory)
      throws IOException {
    long initialized = SystemIdentifier.read(template.data()) & 0xFFFF_FFFF_0000_0000L;
    return initialized | Integer.toUnsignedLong(directory.path().toString().hashCode());
  }

  /** Returns how a standby of the given name reaches this server. */
  private String conninfo(String standby) {
    return "host=127.0.0.1 port=%s user=postgres password=%s application_name=%s"
        .formatted(port(), password, standby);
  }

  /**
   * Returns the name of the server, which is also the {@code application_name} of a standby at its
   * primary: {@code primary} for the server that began as the primary, whatever its role is now,
   * {@code standby0} and so on for the others.
   *
   * @return the name, the same for the life of the fixture
   */
  public String name() {
    return name;
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
    return jdbcUrl(database, port());
  }

  /**
   * Returns the URL of a database behind another port, such as that of a {@link FaultProxy}.
   *
   * @param database the name of the database; it need not exist yet
   * @param port a port on 127.0.0.1
   * @return a URL for the PostgreSQL JDBC driver
   */
  public String jdbcUrl(String database, int port) {
    return "jdbc:postgresql://127.0.0.1:%s/%s?user=postgres&password=%s"
        .formatted(port, database, password);
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
   * Kills one process of the server (SIGKILL), as the system does when memory is short. The
   * postmaster then ends all other sessions and recovers from the crash: it does not restart, so
   * its process id and its start time stay. Returns when the server accepts sessions again.
   *
   * @param pid the process id: {@code pg_backend_pid()} of a session
   * @throws IllegalArgumentException if the server has no such process
   * @throws IllegalStateException if the server does not run, is paused, or is the shared one
   * @throws FixtureException if the server does not recover
   */
  public void killBackend(int pid) {
    notShared().killChild(pid);
    client.await(this + " accepts sessions again", "select 1", "1");
  }

  /**
   * Changes a setting (ALTER SYSTEM), on a standby too. Returns when the setting is in force in new
   * sessions; other sessions follow with their next statement. The setting outlives restarts, and
   * ends with {@link #reset}, or with {@link #follow} and {@link #restore}, which replace the data.
   *
   * <pre>{@code
   * primary.set("synchronous_standby_names", "standby0");   // commits wait for standby0
   * }</pre>
   *
   * @param setting the name as in {@code postgresql.conf}
   * @param value the value as in {@code postgresql.conf}, without quotes around it
   * @throws IllegalArgumentException if PostgreSQL takes the setting at its start only
   * @throws IllegalStateException if this is the shared server
   * @throws FixtureException if the server refuses, or does not answer
   */
  public void set(String setting, String value) {
    notShared();
    settings.set(setting, value);
  }

  /**
   * Takes the change of a setting back. Returns when the value with which the fixture started, or
   * PostgreSQL's default, is in force in new sessions.
   *
   * @param setting the name as in {@code postgresql.conf}
   * @throws IllegalArgumentException if PostgreSQL takes the setting at its start only
   * @throws IllegalStateException if this is the shared server
   * @throws FixtureException if the server refuses, or does not answer
   */
  public void reset(String setting) {
    notShared();
    settings.reset(setting);
  }

  /**
   * Pauses replay on a standby: it still receives the log of the primary, but does not replay it.
   * Returns when replay is paused.
   *
   * @throws IllegalStateException if this is the primary
   * @throws FixtureException if the server refuses
   */
  public void pauseReplay() {
    asStandby("pause its replay").pauseReplay();
  }

  /**
   * Resumes replay on a standby. No effect if replay is not paused.
   *
   * @throws IllegalStateException if this is the primary
   * @throws FixtureException if the server refuses
   */
  public void resumeReplay() {
    asStandby("resume its replay").resumeReplay();
  }

  /**
   * Cuts a standby off from its primary: it serves reads and replays what it has received, but
   * receives nothing. Returns when the WAL receiver has ended. The cut outlives a restart.
   *
   * @throws IllegalStateException if this is the primary
   * @throws FixtureException if the server refuses, or does not answer
   */
  public void stopReceiving() {
    asStandby("stop its receiver").stopReceiving();
  }

  /**
   * Ends {@link #stopReceiving}. Returns when the standby streams from its primary. It may not have
   * caught up.
   *
   * @throws IllegalStateException if this is the primary, or if replay is paused: it is the replay
   *     that starts the WAL receiver
   * @throws FixtureException if the standby does not stream, for example because the primary is
   *     dead
   */
  public void startReceiving() {
    asStandby("start its receiver").startReceiving();
  }

  /**
   * Promotes a standby, whatever the old primary does: kill it first, unless two servers are to
   * take writes. What the standby has received is replayed, also if replay was paused. Returns when
   * the server takes writes, on a timeline of its own.
   *
   * @throws IllegalStateException if this is no standby
   * @throws FixtureException if the server refuses, or does not answer
   */
  public void promote() {
    asStandby("be promoted").promote();
  }

  /**
   * Makes this server a standby of another one, on its own port: it is killed if it runs, its data
   * are replaced by a base copy of the primary, and it is started. Returns when it streams. The
   * settings are those with which the primary was started. {@link #set Changed settings} of both
   * servers are not copied.
   *
   * <p>This rebuilds an old primary after a failover, as {@code pg_basebackup} would. Tablespaces
   * are not copied. If the primary does not answer at the start, nothing happens. If it fails
   * later, this server is dead.
   *
   * @param primary a running primary
   * @throws IllegalArgumentException if {@code primary} is this server, or a standby
   * @throws IllegalStateException if this is the shared server
   * @throws FixtureException if the primary refuses, or if this server does not start or stream
   */
  public void follow(PostgresServer primary) {
    if (primary == this || primary.data.isStandby()) {
      throw new IllegalArgumentException(this + " cannot follow " + primary + ": no other primary");
    }
    notShared();
    primary.client.ask("select 1"); // else this server would be lost to a dead primary
    server.kill();
    try {
      data.replaceByBaseCopy(primary.data.path(), primary.client);
      data.follow(primary.conninfo(name));
    } catch (IOException e) {
      throw new FixtureException("cannot copy the data of " + primary + " to " + this, e);
    }
    server.startAgain();
    replication.awaitStreaming();
  }

  /**
   * Saves the data of the server at one moment, for {@link #restore}. The server is paused
   * meanwhile, unless it is dead or was paused before; sessions stay open.
   *
   * @return the snapshot, which the fixture keeps until it is closed
   * @throws IllegalStateException if this is the shared server
   * @throws FixtureException if the data cannot be copied
   */
  public PostgresSnapshot snapshot() {
    ServerProcess paused = notShared();
    String label = "snapshot" + snapshots.incrementAndGet() + " of " + name;
    Path copy = paused.directory().resolve("snapshot" + snapshots.get());
    try {
      paused.whileStill(() -> data.saveTo(copy));
    } catch (IOException e) {
      throw new FixtureException("cannot copy the data of " + this, e);
    }
    return new PostgresSnapshot(copy, label);
  }

  /**
   * Restores the data of a snapshot on the same port: the server is killed if it runs, its data are
   * replaced, and it is started. Returns when it accepts sessions: it shows the state of the
   * snapshot, and what a standby has received since. The role and the changed settings are those of
   * the snapshot. A standby does not catch up if its primary no longer has the log, or has another
   * timeline since.
   *
   * @param snapshot a snapshot of this server
   * @throws IllegalArgumentException if it is a snapshot of another server
   * @throws IllegalStateException if this is the shared server
   * @throws FixtureException if the server does not start
   */
  public void restore(PostgresSnapshot snapshot) {
    if (!snapshot.copy().startsWith(server.directory())) {
      throw new IllegalArgumentException(snapshot + " is not of " + this);
    }
    notShared().kill();
    try {
      data.replaceBy(snapshot.copy());
    } catch (IOException e) {
      throw new FixtureException("cannot restore " + snapshot, e);
    }
    server.startAgain();
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
    if (data.isStandby()) {
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
    if (isShared) {
      throw new IllegalStateException(
          "other tests use the shared PostgreSQL; start() one of your own to break");
    }
    return server;
  }

  private PostgresReplication asStandby(String what) {
    if (!data.isStandby()) {
      throw new IllegalStateException(this + " cannot " + what + ": it is no standby");
    }
    return replication;
  }

  void close() {
    server.close();
  }

  @Override
  public String toString() {
    return name + " on 127.0.0.1:" + port();
  }
}
