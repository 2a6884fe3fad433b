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
 * Removes what the testkits of dead JVMs have left behind, which only happens if their keepers were
 * killed as well. A directory whose lock is held is never touched, nor is one of this JVM's own: to
 * close a second channel on its lock file would release the lock.
 */
final class Sweep {
  /** How the names of the directories begin; the owner's process id and a hyphen follow. */
  static final String PREFIX = "tenfold-testkit-";

  /** The file in such a directory that its owner has locked. */
  static final String OWNER = "owner";

  private Sweep() {}

  /** Sweeps {@code java.io.tmpdir}; never fails. Returns the number of directories removed. */
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
      // Somebody else's litter is no reason not to start.
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

  /** Ends the servers that work in a directory and deletes it. */
  static void remove(Path directory) throws IOException {
    endServers(directory);
    delete(directory);
  }

  /** Only where /proc tells: a server works in its directory, and nothing else named so does. */
  private static void endServers(Path directory) {
    ProcessHandle.allProcesses()
        .filter(process -> worksIn(directory, process.pid()))
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static boolean worksIn(Path directory, long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      Path program = Files.readSymbolicLink(process.resolve("exe")).getFileName();
      return program != null
          && (program.toString().startsWith("postgres")
              || program.toString().startsWith("redis-server"))
          && Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory.toRealPath());
    } catch (IOException goneOrForeign) {
      return false;
    }
  }

  /** Deletes a directory and all in it, while somebody else may be doing the same. */
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
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure)
              throws IOException {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
              throw failure;
            }
            Files.deleteIfExists(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
