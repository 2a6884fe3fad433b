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
 * file.write(topology);                                          // the deployment
 * TopologyWatch watch = TopologyWatch.builder(file).build();     // every process that routes
 * }</pre>
 *
 * <p><b>Guarantees.</b> A reader finds the topology before or the topology after, never a part of
 * one, also after a crash of the machine: {@link #write} writes a temporary file beside the file,
 * forces it to the disk, moves it over the file in one step, and forces the directory. A crash can
 * leave the temporary file ({@code topology.<digits>.tmp}), which is never read and can be deleted.
 * Other programs can replace the file: a text that is torn or edited fails its checksum when it is
 * parsed.
 *
 * <p><b>No guarantees.</b> Two writers at once do not exclude each other. Both can find version 6
 * and write a version 7 of their own; the later one stays, and processes that read the earlier one
 * refuse it. Where that can happen, use {@code jdbc.TopologyTable}. A directory is not forced where
 * the platform cannot (Windows), and network file systems may not move a file in one step.
 *
 * <p>Thread-safe. Every method blocks for the disk. An interrupt ends {@link #write} with an {@link
 * IOException}; {@link #load} ignores an interrupt. {@link EvolutionRule} decides which topology
 * can follow the one in the file.
 */
public final class TopologyFile implements TopologyLoader {
  private static final int MAX_BYTES = 1 << 22;
  private static final String PREFIX = "topology."; // the name of the file can be too long for it
  private static final String SUFFIX = ".tmp";

  private final Path path;
  private final Move move;

  /** Moves the temporary file over the file. */
  @FunctionalInterface
  interface Move {
    void replace(Path from, Path to) throws IOException;
  }

  TopologyFile(Path path, Move move) {
    this.path = path.toAbsolutePath();
    this.move = move;
  }

  /**
   * Returns the file at a path. Reads nothing; the file need not exist.
   *
   * @param path the path; a relative path is resolved now
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
   * @return the content, whether it is a topology or not
   * @throws IOException if the file cannot be read, is larger than 4 MiB or is not UTF-8
   */
  @Override
  public String load() throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (FileSystemException namesTheFile) {
      throw namesTheFile;
    } catch (IOException failure) {
      throw new IOException(path + ": " + failure.getMessage(), failure);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException(path + " has more than " + MAX_BYTES + " bytes; a topology has fewer");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException malformed) {
      throw new IOException(path + " is not UTF-8", malformed);
    }
  }

  /**
   * Replaces the file in one step, or creates it. The permissions of the file stay, its owner and
   * group become those of the writer; a new file has the permissions of any new file. A symbolic
   * link stays: its target is replaced, and a link without a target is refused.
   *
   * @param topology of the same name and number of slots as the topology in the file, and of a
   *     higher version
   * @return true if the topology was written, false if the file had it already
   * @throws TopologyException if the topology cannot follow the one in the file; the message names
   *     both. Also if the topology is the very next version and more slots would move than the
   *     quotas of both demand, so that it was not evolved from the one in the file. Also if the
   *     content of the file is no topology: then put back the text of the version in force, because
   *     any version can be written once the file is removed
   * @throws IOException if the file cannot be written, or the directory cannot be forced; the file
   *     has the topology before or this one, and a further {@code write} repairs it
   */
  public boolean write(Topology topology) throws IOException {
    byte[] text = topology.text().getBytes(StandardCharsets.UTF_8);
    boolean exists = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    Path target = exists ? path.toRealPath() : path;
    boolean isNew = !exists || EvolutionRule.isNewVersion(present(), topology);
    Path directory = Objects.requireNonNull(target.getParent(), "a root is a directory");
    if (!exists && !Files.isDirectory(directory)) {
      throw new NoSuchFileException(
          path.toString(), null, "the directory " + directory + " does not exist");
    }
    if (isNew) {
      replace(target, directory, text, exists);
    }
    force(directory); // also if the file had the topology: its writer may have failed before this
    return isNew;
  }

  private void replace(Path target, Path directory, byte[] text, boolean exists)
      throws IOException {
    Path temporary = temporary(directory);
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        if (exists && isPosix(directory)) { // after open: the permissions can be read-only
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
          (path + " has no topology that another one could follow: " + damaged.getMessage())
              + "; put back the text of the version in force, from a process that runs"
              + " (TopologyWatch.current().text())",
          damaged);
    }
  }

  private static Path temporary(Path directory) throws IOException {
    if (!isPosix(directory)) {
      return Files.createTempFile(directory, PREFIX, SUFFIX);
    }
    FileAttribute<?> usual = // minus the umask; the default would let only the owner read the file
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
      return; // Windows cannot open directories
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
