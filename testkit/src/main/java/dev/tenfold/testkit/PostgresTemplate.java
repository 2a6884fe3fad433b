// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A data directory as {@code initdb} leaves it, made once per JVM. Every server begins as a copy of
 * it. A copy of a cluster that was shut down cleanly is a valid base backup, so copies of one
 * template can also follow each other: that saves {@code pg_basebackup}, which the binaries lack.
 */
record PostgresTemplate(Path data, String password, List<String> prefix) {
  private static final Once<PostgresTemplate> ONE = new Once<>(PostgresTemplate::initialize);

  static PostgresTemplate get() {
    return ONE.get();
  }

  private static PostgresTemplate initialize() {
    Path binaries = Binaries.postgres();
    OwnedDirectory directory = OwnedDirectory.create();
    Path data = directory.path().resolve("data");
    String password = UUID.randomUUID().toString();
    try {
      Path passwordFile = directory.path().resolve("password");
      Files.writeString(passwordFile, password + "\n");
      List<String> prefix = unprivileged(passwordFile);
      List<String> command = new ArrayList<>(prefix);
      command.add(binaries.resolve("bin/initdb").toString());
      command.addAll(List.of("--pgdata", data.toString(), "--pwfile", passwordFile.toString()));
      command.addAll(List.of("--username", "postgres", "--auth", "scram-sha-256"));
      command.addAll(List.of("--encoding", "UTF8", "--locale", "C", "--no-sync"));
      int status = directory.run(command).endStatus();
      if (status != 0) {
        String log = Files.readString(directory.log());
        directory.remove();
        throw new FixtureException("initdb ended with status " + status + "; its log:\n" + log);
      }
      Files.delete(passwordFile);
      return new PostgresTemplate(data, password, prefix);
    } catch (IOException e) {
      throw new FixtureException("cannot run initdb in " + directory.path(), e);
    }
  }

  /** PostgreSQL refuses to run as root; a user namespace of its own makes it run as nobody. */
  private static List<String> unprivileged(Path own) {
    if (!Machine.isRoot(own)) {
      return List.of();
    }
    Path unshare = Machine.command("unshare");
    if (unshare == null) {
      throw new FixtureException(
          "PostgreSQL refuses to run as root, and there is no unshare on the PATH to avoid it");
    }
    return List.of(unshare.toString(), "--user");
  }

  /** Copies it to a place that does not exist yet. */
  void copyTo(Path target) throws IOException {
    Files.walkFileTree(
        data,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(from, to(from), StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path from, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(from, to(from), StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }

          private Path to(Path from) {
            return target.resolve(data.relativize(from));
          }
        });
  }
}
