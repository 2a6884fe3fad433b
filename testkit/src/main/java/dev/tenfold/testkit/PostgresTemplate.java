// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A data directory as {@code initdb} makes it, made once per user. Every server starts with a copy
 * of it. A copy of a cluster that was shut down cleanly is a valid base backup, so one copy can
 * follow another as its standby. The binaries lack {@code pg_basebackup}, which is not needed for
 * that.
 */
record PostgresTemplate(Path data, String password, int majorVersion) {
  private static final Once<PostgresTemplate> ONE = new Once<>(PostgresTemplate::find);

  private static final List<String> OPTIONS =
      List.of(
          "--username=postgres",
          "--auth=scram-sha-256",
          "--encoding=UTF8",
          "--locale=C",
          "--no-sync");

  static PostgresTemplate get() {
    return ONE.get();
  }

  private static PostgresTemplate find() {
    Path binaries = Binaries.postgres();
    try {
      String key = binaries.getFileName() + "-template-" + Integer.toHexString(OPTIONS.hashCode());
      Path entry = Cache.entry(key, (workplace, target) -> initialize(workplace, target, binaries));
      String password = Files.readString(entry.resolve("password")).strip();
      Path data = entry.resolve("data");
      int majorVersion = Integer.parseInt(Files.readString(data.resolve("PG_VERSION")).strip());
      return new PostgresTemplate(data, password, majorVersion);
    } catch (IOException e) {
      throw new FixtureException("cannot make a PostgreSQL data directory: " + e.getMessage(), e);
    }
  }

  private static void initialize(OwnedDirectory workplace, Path target, Path binaries)
      throws IOException {
    Path password = target.resolve("password");
    Files.createFile(
        password,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(password, UUID.randomUUID() + "\n");
    Unprivileged unprivileged = Unprivileged.get();
    unprivileged.open(workplace.path());
    unprivileged.give(target);
    unprivileged.give(password);
    List<String> command = new ArrayList<>(unprivileged.prefix());
    command.add(binaries.resolve("bin/initdb").toString());
    command.addAll(List.of("--pgdata", target.resolve("data").toString()));
    command.addAll(List.of("--pwfile", password.toString()));
    command.addAll(OPTIONS);
    int status = workplace.run(command).endStatus();
    if (status != 0) {
      throw new FixtureException(
          "initdb ended with status "
              + status
              + "; its log:\n"
              + Files.readString(workplace.log()));
    }
  }

  /** Copies the data directory to a path that does not exist yet. */
  void copyTo(Path target) throws IOException {
    DirectoryCopy.make(data, target, everything -> true);
  }
}
