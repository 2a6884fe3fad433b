// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CacheIT {
  @TempDir private Path home;

  private final AtomicInteger made = new AtomicInteger();

  @Test
  void entry_askedTwice_isMadeOnce() throws IOException {
    Path first = Cache.entry(home, "key", this::make);

    assertThat(Cache.entry(home, "key", this::make)).isEqualTo(first);
    assertThat(first.resolve("sub/file")).hasContent("content");
    assertThat(made).hasValue(1);
    assertThat(names()).containsExactly("key");
  }

  @Test
  void entry_damaged_isMadeAgain() throws IOException {
    Path entry = Cache.entry(home, "key", this::make);
    Files.writeString(entry.resolve("sub/file"), "");

    Cache.entry(home, "key", this::make);

    assertThat(entry.resolve("sub/file")).hasContent("content");
    assertThat(made).hasValue(2);
    assertThat(names()).containsExactly("key");
  }

  @Test
  void entry_makerFails_leavesNothing() throws IOException {
    assertThatThrownBy(() ->
            Cache.entry(
                home,
                "key",
                (workplace, entry) -> {
                  Files.writeString(entry.resolve("half"), "x");
                  throw new IOException("No space left on device");
                }))
        .hasMessage("No space left on device");

    assertThat(names()).isEmpty();
  }

  @Test
  void entry_madeByTwoAtOnce_isWholeForBoth() throws IOException {
    CyclicBarrier bothMissedIt = new CyclicBarrier(2);
    List<CompletableFuture<Path>> both =
        Stream.generate(() ->
                CompletableFuture.supplyAsync(
                    () -> entry(bothMissedIt), command -> new Thread(command).start()))
            .limit(2)
            .toList();

    assertThat(both).extracting(CompletableFuture::join).containsOnly(home.resolve("key"));
    assertThat(home.resolve("key/sub/file")).hasContent("content");
    assertThat(made).hasValue(2);
    assertThat(names()).containsExactly("key");
  }

  @Test
  void home_notTheUsersAlone_isNotUsed() throws IOException {
    assertThat(Cache.home(home.resolve("new/folder").toString())).isDirectory();

    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(Cache.home(home.toString())).isNull();
    assertThat(Cache.home("off")).isNull();
    assertThat(Cache.home("relative/folder")).isNull();
  }

  private Path entry(CyclicBarrier barrier) {
    try {
      return Cache.entry(
          home,
          "key",
          (workplace, entry) -> {
            make(workplace, entry);
            try {
              barrier.await();
            } catch (Exception e) {
              throw new IOException(e);
            }
          });
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void make(OwnedDirectory workplace, Path entry) throws IOException {
    made.incrementAndGet();
    Files.createDirectory(entry.resolve("sub"));
    Files.writeString(entry.resolve("sub/file"), "content");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
