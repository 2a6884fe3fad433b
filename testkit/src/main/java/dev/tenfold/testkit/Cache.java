// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory for files that are slow to make and the same for every JVM: unpacked programs and
 * empty data directories. It is {@code tenfold-testkit} below the user's cache directory, or the
 * directory that the system property {@value #PROPERTY} names. With {@code off} each JVM makes its
 * own files.
 *
 * <p>An entry is made in an {@link OwnedDirectory}, moved to its place in one atomic step, and
 * never changed. A manifest reveals a damaged entry. A cache directory that other users may write
 * to is not used. If servers have to run as another user, there is no cache.
 */
final class Cache {
  private static final String PROPERTY = "tenfold.testkit.cache";
  private static final String MANIFEST = "manifest";

  /** Makes the files of an entry. */
  interface Maker {
    void make(OwnedDirectory workplace, Path entry) throws IOException;
  }

  private Cache() {}

  /** Returns an entry; makes it if it is missing or damaged. Nobody may write to it. */
  static Path entry(String key, Maker maker) throws IOException {
    Path home = Unprivileged.get().asNobody() ? null : home(System.getProperty(PROPERTY));
    return home == null ? made(OwnedDirectory.create(), maker) : entry(home, key, maker);
  }

  static Path entry(Path home, String key, Maker maker) throws IOException {
    Path place = home.resolve(key);
    if (isWhole(place)) {
      return place;
    }
    Sweep.deadOwners(home);
    OwnedDirectory workplace = OwnedDirectory.create(home);
    try {
      Path fresh = made(workplace, maker);
      Files.writeString(fresh.resolve(MANIFEST), manifest(fresh));
      if (Files.exists(place) && !isWhole(place)) {
        Files.move(place, workplace.path().resolve("damaged"), StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        if (!isWhole(place)) { // else another JVM has made the entry meanwhile
          throw e;
        }
      }
      return place;
    } finally {
      workplace.remove();
    }
  }

  private static Path made(OwnedDirectory workplace, Maker maker) throws IOException {
    Path entry = Files.createDirectory(workplace.path().resolve("entry"));
    maker.make(workplace, entry);
    return entry;
  }

  private static boolean isWhole(Path entry) throws IOException {
    Path manifest = entry.resolve(MANIFEST);
    return Files.exists(manifest) && Files.readString(manifest).equals(manifest(entry));
  }

  /** Returns the number and the size of the files: a crash or a full disk makes them wrong. */
  private static String manifest(Path entry) throws IOException {
    try (Stream<Path> all = Files.walk(entry)) {
      List<Path> files =
          all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
              .filter(path -> !path.equals(entry.resolve(MANIFEST)))
              .toList();
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      return files.size() + " files, " + bytes + " bytes\n";
    }
  }

  /** Returns the cache directory; null if there is none that only this user may write to. */
  static @Nullable Path home(@Nullable String configured) {
    if ("off".equals(configured)) {
      return null;
    }
    Path home = configured != null ? Path.of(configured) : ofUser().resolve("tenfold-testkit");
    try {
      if (!home.isAbsolute()) {
        return null;
      }
      if (!Files.exists(home)) {
        Files.createDirectories(home);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
      }
      return isOurs(home) ? home.toRealPath() : null;
    } catch (IOException unusable) {
      return null; // works without a cache, only slower
    }
  }

  private static boolean isOurs(Path home) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(home);
    Path probe = Files.createTempFile(home, "probe", "");
    try {
      return Files.getOwner(home).equals(Files.getOwner(probe))
          && !permissions.contains(PosixFilePermission.GROUP_WRITE)
          && !permissions.contains(PosixFilePermission.OTHERS_WRITE);
    } finally {
      Files.delete(probe);
    }
  }

  private static Path ofUser() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    return xdg != null && !xdg.isEmpty()
        ? Path.of(xdg)
        : Path.of(System.getProperty("user.home"), ".cache");
  }
}
