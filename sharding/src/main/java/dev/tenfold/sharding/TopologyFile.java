// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/**
 * A topology in a file: the canonical text in UTF-8, at most 4 MiB, which is more than any topology
 * takes.
 *
 * <pre>{@code
 * TopologyFile file = TopologyFile.at(Path.of("/etc/orders/topology"));
 * file.write(topology);                                          // whoever deploys
 * TopologyWatch watch = TopologyWatch.builder(file).build();     // whoever routes
 * }</pre>
 *
 * <p>Guarantees. A reader finds the topology before or the one after, never part of one, and after
 * a crash of the machine too: {@link #write} writes a temporary file beside it, forces it to the
 * disk, moves it over in one step and forces the directory. A crash may leave the temporary file
 * ({@code topology.<digits>.tmp}) behind, which is never read and may be deleted. Other programs
 * may replace the file as they like: what is torn or edited fails the checksum when it is parsed.
 *
 * <p>Not promised: that two who write at once exclude each other. Both may find version 6 and write
 * their own version 7; the later one stays, and processes that have read the earlier one refuse it.
 * Use {@code jdbc.TopologyTable} where that can happen. Nor that a directory is forced where the
 * platform cannot (Windows), or that network file systems move in one step.
 *
 * <p>Thread-safe. Every method blocks for the disk. An interrupt ends {@link #write} with an {@link
 * IOException}; {@link #load} does not heed it.
 */
public final class TopologyFile implements TopologyLoader {
  private static final int MOST_BYTES = 1 << 22;
  private static final String PREFIX = "topology."; // not the file's name, which may be too long
  private static final String SUFFIX = ".tmp";

  private final Path path;
  private final Move move;

  /** How the temporary file takes the place of the other. */
  @FunctionalInterface
  interface Move {
    void replace(Path from, Path to) throws IOException;
  }

  TopologyFile(Path path, Move move) {
    this.path = path.toAbsolutePath();
    this.move = move;
  }

  /**
   * Returns the file at a path. Nothing is read yet, and it need not exist.
   *
   * @param path where it is; a relative path is resolved now
   * @return the file
   */
  public static TopologyFile at(Path path) {
    return new TopologyFile(
        path,
        (from, to) ->
            Files.move(
                from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
  }

  /**
   * Reads the file.
   *
   * @return what it holds, whether or not that is a topology
   * @throws IOException if it cannot be read, is larger than 4 MiB or not UTF-8
   */
  @Override
  public String load() throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (FileSystemException naming) {
      throw naming;
    } catch (IOException failure) {
      throw new IOException(path + ": " + failure.getMessage(), failure);
    }
    if (bytes.length > MOST_BYTES) {
      throw new IOException(path + " has more than " + MOST_BYTES + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException malformed) {
      throw new IOException(path + " is not UTF-8", malformed);
    }
  }

  /**
   * Replaces the file in one step, or creates it. Its permissions stay, its owner and group become
   * the writer's; a new one gets the permissions of any new file. A symbolic link stays one: what
   * it points to is replaced, and if that is nothing the link is refused.
   *
   * @param topology of the same name and slots as the one that is there, and of a higher version
   * @return true if it was written, false if it was there already
   * @throws TopologyException if the one there cannot be followed by this, naming both: also if
   *     this is the very next version and more slots would move than the quotas of both demand, so
   *     that it was not evolved from the one there; or if what is there is no topology. Then put
   *     back the text of the version in force: once the file is removed any version gets in
   * @throws IOException if the file cannot be written or the directory not be forced; what is there
   *     is the topology before or this one, and writing again repairs it
   */
  public boolean write(Topology topology) throws IOException {
    byte[] text = topology.text().getBytes(StandardCharsets.UTF_8);
    boolean exists = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    Path target = exists ? path.toRealPath() : path;
    boolean news = !exists || VersionRules.evolves(present(), topology);
    Path directory = Objects.requireNonNull(target.getParent(), "a root is a directory");
    if (!exists && !Files.isDirectory(directory)) {
      throw new NoSuchFileException(path.toString(), null, "there is no directory " + directory);
    }
    if (news) {
      replace(target, directory, text, exists);
    }
    force(directory); // again if it was there: whoever wrote it may have failed to
    return news;
  }

  private void replace(Path target, Path directory, byte[] text, boolean exists)
      throws IOException {
    Path temporary = temporary(directory);
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        if (exists && isPosix(directory)) { // once it is open, as it may end up read-only
          Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(target));
        }
        ByteBuffer left = ByteBuffer.wrap(text);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      move.replace(temporary, target);
    } catch (IOException | RuntimeException | Error failure) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  private Topology present() throws IOException {
    try {
      return Topology.parse(load());
    } catch (IllegalArgumentException damaged) {
      throw new TopologyException(
          (path + " holds no topology that could be followed: " + damaged.getMessage())
              + "; put back the text of the version in force, as a running process has it"
              + " (TopologyWatch.current().text())",
          damaged);
    }
  }

  private static Path temporary(Path directory) throws IOException {
    if (!isPosix(directory)) {
      return Files.createTempFile(directory, PREFIX, SUFFIX);
    }
    FileAttribute<?> usual = // less the umask; by itself only the owner could read it
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-rw-rw-"));
    return Files.createTempFile(directory, PREFIX, SUFFIX, usual);
  }

  private static boolean isPosix(Path directory) {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void force(Path directory) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(directory, StandardOpenOption.READ);
    } catch (IOException failure) {
      if (isPosix(directory)) {
        throw failure;
      }
      return; // Windows opens no directories
    }
    try (channel) {
      channel.force(true);
    }
  }

  @Override
  public String toString() {
    return "TopologyFile[" + path + "]";
  }
}
