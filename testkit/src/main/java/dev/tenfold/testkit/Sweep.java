// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Removes directories and servers that the testkits of dead JVMs have left behind, which happens
 * only if their supervisors were killed too. A directory whose lock is held is not touched. A
 * directory of this JVM is not even looked at: closing a second channel on its lock file would
 * release the lock.
 */
final class Sweep {
  /** The start of the directories' names; the owner's process id and a hyphen follow. */
  static final String PREFIX = "tenfold-testkit-";

  /** The file in the directory that its owner has locked. */
  static final String OWNER = "owner";

  private Sweep() {}

  /** Sweeps {@code java.io.tmpdir}. Never fails. Returns the number of removed directories. */
  static int deadOwners() {
    return deadOwners(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
  }

  static int deadOwners(Path parent) {
    String own = PREFIX + ProcessHandle.current().pid() + "-";
    int removed = 0;
    try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path candidate : candidates) {
        if (!candidate.getFileName().toString().startsWith(own) && sweep(candidate)) {
          removed++;
        }
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      // Leftovers of other JVMs must not keep this one from starting.
    }
    return removed;
  }

  private static boolean sweep(Path directory) {
    Path owner = directory.resolve(OWNER);
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      try (FileChannel channel =
              FileChannel.open(owner, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          return false;
        }
        remove(directory);
        return true;
      }
    } catch (IOException | OverlappingFileLockException notOurs) {
      return false;
    }
  }

  /** Kills the servers that run in a directory, and deletes the directory. */
  static void remove(Path directory) throws IOException {
    killServers(directory);
    delete(directory);
  }

  /** Finds servers by /proc: by the name of the program and its working directory. */
  private static void killServers(Path directory) {
    ProcessHandle.allProcesses()
        .filter(process -> runsIn(directory, process.pid()))
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static boolean runsIn(Path directory, long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      Path program = Files.readSymbolicLink(process.resolve("exe")).getFileName();
      return program != null
          && (program.toString().startsWith("postgres")
              || program.toString().startsWith("redis-server"))
          && Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory.toRealPath());
    } catch (IOException endedOrNotOurs) {
      return false;
    }
  }

  /** Deletes a directory and its content. Another process may be doing the same. */
  static void delete(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
