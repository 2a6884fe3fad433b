// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A directory below {@code java.io.tmpdir} that is removed when this JVM ends. A {@link Supervisor}
 * removes it, however the JVM ends. If the supervisor is killed too, the next start of a testkit
 * removes it ({@link Sweep}): the file {@code owner} in the directory is locked while its owner
 * lives.
 */
final class OwnedDirectory {
  /** Keeps the channels reachable: an unreachable channel is closed and loses its lock. */
  private static final Set<OwnedDirectory> OPEN = ConcurrentHashMap.newKeySet();

  private static final Once<Integer> SWEPT = new Once<>(Sweep::deadOwners);

  private final Path path;
  private final FileChannel owner;
  private volatile Supervisor supervisor;

  private OwnedDirectory(Path path) throws IOException {
    this.path = path;
    this.owner = lock(path);
    this.supervisor = Supervisor.start(path, log(), List.of());
  }

  /**
   * Creates a directory. Its name starts with {@value Sweep#PREFIX} and the process id of this JVM.
   *
   * @throws FixtureException if the directory cannot be created
   */
  static OwnedDirectory create() {
    SWEPT.get();
    return create(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
  }

  /** Creates a directory in another place than {@code java.io.tmpdir}. */
  static OwnedDirectory create(Path parent) {
    try {
      String prefix = Sweep.PREFIX + ProcessHandle.current().pid() + "-";
      Path path = Files.createTempDirectory(parent, prefix).toRealPath();
      try {
        OwnedDirectory created = new OwnedDirectory(path);
        OPEN.add(created);
        return created;
      } catch (IOException e) {
        Sweep.delete(path);
        throw e;
      }
    } catch (IOException e) {
      throw new FixtureException(
          "cannot create a directory in " + parent + ": " + e.getMessage(), e);
    }
  }

  /** Locks the owner file before it gets its name, so that no process ever finds it unlocked. */
  private static FileChannel lock(Path directory) throws IOException {
    Path unlocked = directory.resolve("owner.new");
    FileChannel channel =
        FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    String pid = ProcessHandle.current().pid() + "\n";
    channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)));
    channel.lock();
    Files.move(unlocked, directory.resolve(Sweep.OWNER));
    return channel;
  }

  Path path() {
    return path;
  }

  Path log() {
    return path.resolve("log");
  }

  Supervisor supervisor() {
    return supervisor;
  }

  /** Starts a server that ends with this directory. An earlier server must have ended. */
  Supervisor run(List<String> command) throws IOException {
    Supervisor previous = supervisor;
    supervisor = Supervisor.start(path, log(), command);
    previous.detach();
    return supervisor;
  }

  /** Kills the server, if one runs, and removes the directory. */
  void remove() {
    supervisor.killAndRemove();
    OPEN.remove(this);
    try {
      if (Files.exists(path)) { // the supervisor was killed
        Sweep.remove(path);
      }
      owner.close();
    } catch (IOException e) {
      throw new FixtureException("cannot remove " + path, e);
    }
  }
}
