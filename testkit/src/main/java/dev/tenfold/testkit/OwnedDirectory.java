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
 * A directory below {@code java.io.tmpdir} that lives no longer than this JVM. A {@link Keeper}
 * removes it when the JVM ends, however it ends. Should the keeper be killed too, the next start of
 * a testkit sweeps it away ({@link Sweep}): the file {@code owner} in it is locked for as long as
 * its owner lives.
 */
final class OwnedDirectory {
  /** Keeps the locks: a channel that becomes unreachable is closed, and its lock is gone. */
  private static final Set<OwnedDirectory> HELD = ConcurrentHashMap.newKeySet();

  private static final Once<Integer> SWEPT = new Once<>(Sweep::deadOwners);

  private final Path path;
  private final FileChannel owner;
  private volatile Keeper keeper;

  private OwnedDirectory(Path path) throws IOException {
    this.path = path;
    this.owner = lock(path);
    this.keeper = Keeper.start(path, log(), List.of());
  }

  /**
   * Makes one. Its name starts with {@value Sweep#PREFIX} and the process id of this JVM.
   *
   * @throws FixtureException if it cannot be made
   */
  static OwnedDirectory create() {
    SWEPT.get();
    return create(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
  }

  /** Makes one in another place than {@code java.io.tmpdir}. */
  static OwnedDirectory create(Path parent) {
    try {
      String prefix = Sweep.PREFIX + ProcessHandle.current().pid() + "-";
      Path path = Files.createTempDirectory(parent, prefix).toRealPath();
      try {
        OwnedDirectory created = new OwnedDirectory(path);
        HELD.add(created);
        return created;
      } catch (IOException e) {
        Sweep.delete(path);
        throw e;
      }
    } catch (IOException e) {
      throw new FixtureException("cannot make a directory in " + parent + ": " + e.getMessage(), e);
    }
  }

  /** The file gets its name when it is locked, so that nobody ever sees it unlocked. */
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

  Keeper keeper() {
    return keeper;
  }

  /** Runs a server whose life is bound to this directory's. The one before it must have ended. */
  Keeper run(List<String> command) throws IOException {
    Keeper previous = keeper;
    keeper = Keeper.start(path, log(), command);
    previous.release();
    return keeper;
  }

  /** Ends the server, if one runs, and removes the directory. */
  void remove() {
    keeper.letGo();
    HELD.remove(this);
    try {
      if (Files.exists(path)) { // somebody has killed the keeper
        Sweep.remove(path);
      }
      owner.close();
    } catch (IOException e) {
      throw new FixtureException("cannot remove " + path, e);
    }
  }
}
