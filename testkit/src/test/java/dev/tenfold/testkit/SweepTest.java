// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
  @TempDir private Path folder;

  @Test
  void deadOwners_unlockedDirectory_isRemovedWithAllInIt() throws IOException {
    Path dead = directory("tenfold-testkit-0-abc", true);
    Files.createDirectories(dead.resolve("data/pg_wal"));
    Files.writeString(dead.resolve("data/pg_wal/1"), "x");

    assertThat(Sweep.deadOwners(folder)).isEqualTo(1);

    assertThat(dead).doesNotExist();
  }

  @Test
  void deadOwners_linkInDirectory_isRemovedButNotFollowed() throws IOException {
    Path precious = Files.createDirectory(folder.resolve("precious"));
    Files.writeString(precious.resolve("file"), "x");
    Path dead = directory("tenfold-testkit-0-abc", true);
    Files.createSymbolicLink(dead.resolve("link"), precious);
    Files.createSymbolicLink(folder.resolve("tenfold-testkit-0-link"), precious);

    assertThat(Sweep.deadOwners(folder)).isEqualTo(1);

    assertThat(precious.resolve("file")).exists();
  }

  @Test
  void deadOwners_unfinishedForeignOrOwn_staysUntouched() throws IOException {
    directory("tenfold-testkit-0-unfinished", false);
    directory("something-else", true);
    directory("tenfold-testkit-" + ProcessHandle.current().pid() + "-own", true);
    Files.createFile(folder.resolve("tenfold-testkit-0-file"));

    assertThat(Sweep.deadOwners(folder)).isZero();

    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(4);
    }
  }

  @Test
  void deadOwners_noSuchFolder_doesNotFail() {
    assertThat(Sweep.deadOwners(folder.resolve("none"))).isZero();
  }

  @Test
  void delete_whileAnotherDeletesTheSame_doesNotFail() throws Exception {
    for (int round = 0; round < 20; round++) {
      Path dead = directory("tenfold-testkit-0-" + round, true);
      for (int i = 0; i < 100; i++) {
        Files.createDirectories(dead.resolve("data/" + i + "/sub"));
      }
      CyclicBarrier together = new CyclicBarrier(2);
      CompletableFuture<Void> other = new CompletableFuture<>();
      Thread deleter = new Thread(() -> complete(other, () -> deleteWith(together, dead)));
      deleter.start();
      deleteWith(together, dead);
      other.get();
      assertThat(dead).doesNotExist();
    }
  }

  private static Void deleteWith(CyclicBarrier together, Path directory) throws Exception {
    together.await();
    Sweep.delete(directory);
    return null;
  }

  private static void complete(CompletableFuture<Void> future, Callable<Void> task) {
    try {
      future.complete(task.call());
    } catch (Throwable failure) {
      future.completeExceptionally(failure);
    }
  }

  private Path directory(String name, boolean owned) throws IOException {
    Path directory = Files.createDirectory(folder.resolve(name));
    if (owned) {
      Files.createFile(directory.resolve("owner"));
    }
    return directory;
  }
}
