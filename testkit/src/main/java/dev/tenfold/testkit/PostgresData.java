// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The files of a data directory. */
record PostgresData(Path path) {
  private static final String STANDBY = "standby.signal";
  private static final String CONTROL = "global/pg_control";

  /** Directories that a base copy has without their content. */
  private static final Set<String> EMPTY =
      Set.of(
          "pg_dynshmem",
          "pg_notify",
          "pg_replslot",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans",
          "pg_wal");

  /** Files that belong to the copied server alone. */
  private static final Set<String> OWN =
      Set.of(
          "postmaster.pid",
          "postmaster.opts",
          "postgresql.auto.conf",
          "postgresql.auto.conf.tmp",
          STANDBY,
          "backup_label",
          "backup_label.old",
          "tablespace_map",
          "backup_manifest");

  /** Returns whether the server is a standby, or would start as one: a promotion ends that. */
  boolean isStandby() {
    return Files.exists(path.resolve(STANDBY));
  }

  /** Makes the server a standby at its next start. */
  void follow(String primaryConninfo) throws IOException {
    write(STANDBY, "");
    PostgresSettings.append(path, Map.of("primary_conninfo", primaryConninfo));
  }

  /** Puts a saved copy in the place of the files. The server is dead. */
  void replaceBy(Path copy) throws IOException {
    Sweep.delete(path);
    DirectoryCopy.make(copy, path, everything -> true);
  }

  /** Saves all files but the lock file. The server is paused or dead. */
  void saveTo(Path copy) throws IOException {
    DirectoryCopy.make(path, copy, file -> !file.toString().equals("postmaster.pid"));
  }

  /**
   * Puts a base copy of a running primary in the place of the files, as {@code pg_basebackup} takes
   * it, but without the settings of ALTER SYSTEM. The server is dead.
   */
  void replaceByBaseCopy(Path primary, PostgresClient client) throws IOException {
    Sweep.delete(path);
    try (PostgresClient.Session session = client.open()) { // the backup ends with its session
      boolean renamed = Integer.parseInt(session.ask("show server_version_num")) >= 150_000;
      session.ask(
          renamed
              ? "select pg_backup_start('tenfold', true)"
              : "select pg_start_backup('tenfold', true, false)");
      DirectoryCopy.make(primary, path, PostgresData::isInBaseCopy);
      Files.copy( // last: it must not be older than any other file
          primary.resolve(CONTROL), path.resolve(CONTROL), StandardCopyOption.COPY_ATTRIBUTES);
      List<@Nullable String> stopped =
          session.row(
              renamed
                  ? "select labelfile from pg_backup_stop(false)"
                  : "select labelfile from pg_stop_backup(false, false)");
      write("backup_label", String.valueOf(stopped.get(0)));
    }
    write("postgresql.auto.conf", "");
  }

  /** The log is left out but for the histories of the timelines: the standby streams the rest. */
  private static boolean isInBaseCopy(Path file) {
    String first = file.getName(0).toString();
    String last = String.valueOf(file.getFileName());
    if (EMPTY.contains(first) && file.getNameCount() > 1) {
      return first.equals("pg_wal") && last.endsWith(".history");
    }
    return !OWN.contains(file.toString())
        && !file.toString().equals(CONTROL)
        && !last.startsWith("pgsql_tmp")
        && !last.startsWith("pg_internal.init");
  }

  private void write(String name, String text) throws IOException {
    Path file = path.resolve(name);
    Files.writeString(file, text);
    Unprivileged.get().give(file);
  }
}
