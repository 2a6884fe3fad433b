// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.tenfold.core.ManualTimeSource;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TopologyFileTest {
  private static final Topology V1 =
      Topology.builder("orders").slots(64).shard("münchen", 1).build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();
  private static final Topology V3 = V2.evolve().add("c", 1).build();

  @TempDir private Path directory;
  private Path path;
  private TopologyFile file;

  @BeforeEach
  void at() {
    path = directory.resolve("orders.topology");
    file = TopologyFile.at(path);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void write_nothingThere_isLoadedAgain() throws IOException {
    assertThat(file.write(V2)).isTrue();
    assertThat(file.load()).isEqualTo(V2.text());
    assertThat(names()).containsExactly("orders.topology");
  }

  @Test
  void write_higherVersion_replaces() throws IOException {
    file.write(V1);
    assertThat(file.write(V3)).isTrue();
    assertThat(file.load()).isEqualTo(V3.text());
    assertThat(names()).containsExactly("orders.topology");
  }

  @Test
  void write_sameTopology_writesNothing() throws IOException {
    file.write(V2);
    TopologyFile untouched =
        new TopologyFile(
            path,
            (from, to) -> {
              throw new IOException("written");
            });
    assertThat(untouched.write(Topology.parse(V2.text()))).isFalse();
    assertThat(file.load()).isEqualTo(V2.text());
  }

  @Test
  void write_lowerVersion_isRefusedNamingBoth() throws IOException {
    file.write(V2);
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> file.write(V1))
        .withMessageContaining("v1 (checksum " + V1.checksum())
        .withMessageContaining("v2 (checksum " + V2.checksum());
    assertThat(file.load()).isEqualTo(V2.text());
    assertThat(names()).containsExactly("orders.topology");
  }

  @Test
  void write_anotherOfTheSameVersion_isRefusedNamingBoth() throws IOException {
    Topology other = V1.evolve().add("z", 1).build();
    file.write(V2);
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> file.write(other))
        .withMessageContaining(other.checksum())
        .withMessageContaining(V2.checksum());
    assertThat(file.load()).isEqualTo(V2.text());
  }

  @Test
  void write_anotherName_isRefused() throws IOException {
    file.write(V1);
    Topology users = Topology.builder("users").slots(64).shard("a", 1).build();
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> file.write(users.evolve().add("b", 1).build()))
        .withMessageContaining("users");
  }

  /** The version was built anew instead of evolved: equal quotas, other slots. */
  @Test
  void write_nextVersionThatWasNotEvolved_isRefusedWithTheFigures() throws IOException {
    file.write(V2);
    Topology dealAll =
        Topology.builder("orders")
            .slots(64)
            .shard("c", 1)
            .shard("b", 1)
            .shard("münchen", 1)
            .build();
    Topology stranger = dealAll.evolve().reweight("c", 2).build().evolve().reweight("c", 1).build();
    Topology later = stranger.evolve().pin("tenant-7", "c").build();
    assertThat(stranger.version()).isEqualTo(3);
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> file.write(stranger))
        .withMessageMatching(
            "topology orders v3 .* cannot follow topology orders v2 .*, which stays: [1-9]\\d* slots"
                + " would move, the quotas demand 21: it was not evolved from this version");
    assertThat(file.load()).isEqualTo(V2.text());

    assertThat(file.write(later)).as("versions are left out").isTrue();
    assertThat(file.write(later)).isFalse();
  }

  @Test
  void write_whatIsThereIsNoTopology_isLeftAlone() throws IOException {
    String torn = V2.text().substring(0, 100);
    Files.writeString(path, torn);
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(() -> file.write(V3))
        .withMessageContaining("orders.topology")
        .withMessageContaining("truncated")
        .withMessageContaining("put back the text")
        .withMessageContaining("TopologyWatch.current().text()");
    assertThat(path).hasContent(torn);
  }

  @Test
  void write_cannotReplace_leavesTheOldOneAndNothingElse() throws IOException {
    file.write(V1);
    TopologyFile failing =
        new TopologyFile(
            path,
            (from, to) -> {
              assertThat(Files.readString(from)).isEqualTo(V2.text());
              throw new IOException("disk on fire");
            });
    assertThatIOException().isThrownBy(() -> failing.write(V2)).withMessage("disk on fire");
    assertThat(file.load()).isEqualTo(V1.text());
    assertThat(names()).containsExactly("orders.topology");
  }

  /** Like a crash: nothing runs after the first replacement, not even the clean-up. */
  @Test
  void write_afterACrashBeforeTheReplacement_ignoresWhatItLeft() throws IOException {
    file.write(V1);
    TopologyFile crashing =
        new TopologyFile(
            path,
            (from, to) -> {
              Files.copy(from, directory.resolve("orders.topology.1.tmp"));
              throw new IOException("power cut");
            });
    assertThatIOException().isThrownBy(() -> crashing.write(V2));
    assertThat(file.load()).isEqualTo(V1.text());

    assertThat(file.write(V2)).isTrue();
    assertThat(file.load()).isEqualTo(V2.text());
    assertThat(names()).containsExactly("orders.topology", "orders.topology.1.tmp");
  }

  @Test
  void write_crashedAfterTheReplacement_isThereWhenWrittenAgain() throws IOException {
    TopologyFile crashing =
        new TopologyFile(
            path,
            (from, to) -> {
              Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
              throw new IOException("power cut");
            });
    assertThatIOException().isThrownBy(() -> crashing.write(V2));
    assertThat(file.write(V2)).isFalse();
    assertThat(file.load()).isEqualTo(V2.text());
  }

  @Test
  void write_noSuchDirectory_isRefused() {
    TopologyFile nowhere = TopologyFile.at(directory.resolve("missing").resolve("topology"));
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> nowhere.write(V1))
        .withMessage(
            directory.resolve("missing").resolve("topology")
                + ": the directory "
                + directory.resolve("missing")
                + " does not exist");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void loadAndWrite_directory_areRefusedNamingIt() {
    for (Path is : List.of(directory, directory.getRoot())) {
      TopologyFile no = TopologyFile.at(is);
      assertThatIOException().isThrownBy(no::load).withMessage(is + ": Is a directory");
      assertThatIOException().isThrownBy(() -> no.write(V1)).withMessage(is + ": Is a directory");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_longestName_isWrittenAndReplaced() throws IOException {
    for (String name : List.of("t".repeat(255), "日".repeat(85))) {
      TopologyFile longest = TopologyFile.at(directory.resolve(name));
      assertThat(longest.write(V1)).isTrue();
      assertThat(longest.write(V2)).isTrue();
      assertThat(longest.load()).isEqualTo(V2.text());
    }
    assertThat(names()).hasSize(2);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_directoryCannotBeOpenedToForceIt_throws() throws IOException {
    Path inside = Files.createDirectory(directory.resolve("inside"));
    TopologyFile file =
        new TopologyFile(
            inside.resolve("topology"),
            (from, to) -> {
              Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
              Files.move(inside, directory.resolve("elsewhere"));
            });
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> file.write(V1));
    assertThat(TopologyFile.at(directory.resolve("elsewhere/topology")).load())
        .isEqualTo(V1.text());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_newFile_hasThePermissionsOfAnyNewFile() throws IOException {
    Path usual = Files.createFile(directory.resolve("usual"));
    file.write(V1);
    assertThat(Files.getPosixFilePermissions(path)).isEqualTo(Files.getPosixFilePermissions(usual));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_existingFile_keepsItsPermissions() throws IOException {
    file.write(V1);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    file.write(V2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-r-----");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_symbolicLink_replacesWhatItPointsTo() throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    TopologyFile.at(elsewhere.resolve("real")).write(V1);
    Files.createSymbolicLink(path, elsewhere.resolve("real"));
    file.write(V2);
    assertThat(path).isSymbolicLink();
    assertThat(TopologyFile.at(elsewhere.resolve("real")).load()).isEqualTo(V2.text());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_symbolicLinkThatLeadsNowhere_isRefusedAndStays() throws IOException {
    Files.createSymbolicLink(path, directory.resolve("missing"));
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> file.write(V1));
    assertThat(path).isSymbolicLink();
    assertThat(names()).containsExactly("orders.topology");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void write_existingFileThatNobodyMayWrite_isReplacedAllTheSame() throws IOException {
    file.write(V1);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
    assertThat(file.write(V2)).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("r--r--r--");
  }

  @Test
  void write_interrupted_leavesTheOldOneAndNothingElse() throws IOException {
    file.write(V1);
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(ClosedByInterruptException.class).isThrownBy(() -> file.write(V2));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file.load()).isEqualTo(V1.text());
    assertThat(names()).containsExactly("orders.topology");
  }

  /** An interrupt ends the force of a file. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void write_directoryWasNotForced_isForcedWhenWrittenAgain() throws IOException {
    TopologyFile interrupting =
        new TopologyFile(
            path,
            (from, to) -> {
              Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
              Thread.currentThread().interrupt();
            });
    assertThatExceptionOfType(ClosedByInterruptException.class)
        .isThrownBy(() -> interrupting.write(V1));
    assertThatExceptionOfType(ClosedByInterruptException.class).isThrownBy(() -> file.write(V1));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file.write(V1)).isFalse();
    assertThat(file.load()).isEqualTo(V1.text());
  }

  @Test
  void load_interrupted_readsAllTheSame() throws IOException {
    file.write(V1);
    Thread.currentThread().interrupt();
    assertThat(file.load()).isEqualTo(V1.text());
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void load_missing_isRefused() {
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(file::load);
  }

  @Test
  void load_notUtf8_isRefused() throws IOException {
    byte[] latin1 = V1.text().getBytes(StandardCharsets.ISO_8859_1);
    Files.write(path, latin1);
    assertThatIOException()
        .isThrownBy(file::load)
        .withMessageContaining("orders.topology")
        .withMessageContaining("UTF-8");
  }

  @Test
  void load_largerThanTheLimit_isRefusedNamingIt() throws IOException {
    Files.write(path, new byte[1 << 22]);
    assertThat(file.load()).hasSize(1 << 22);
    Files.write(path, new byte[(1 << 22) + 1]);
    assertThatIOException().isThrownBy(file::load).withMessageContaining("4194304");
  }

  @Test
  void load_throughAWatch_followsTheFileAndOutlivesIt() throws IOException {
    ManualTimeSource time = new ManualTimeSource();
    file.write(V1);
    try (TopologyWatch watch =
        TopologyWatch.builder(file).timeSource(time).executor(Runnable::run).build()) {
      file.write(V2);
      time.advance(Duration.ofSeconds(5));
      assertThat(watch.current().version()).isEqualTo(2);

      Files.writeString(path, V3.text().substring(0, 200)); // torn by another program
      time.advance(Duration.ofSeconds(5));
      assertThat(watch.lastFailure())
          .get()
          .satisfies(failure -> assertThat(failure).hasMessageStartingWith(file + ": topology"));
      Files.delete(path);
      time.advance(Duration.ofSeconds(5));
      assertThat(watch.current().version()).isEqualTo(2);
      assertThat(watch.refusals()).isEqualTo(1);
      assertThat(watch.failures()).isEqualTo(1);

      file.write(V3);
      time.advance(Duration.ofSeconds(5));
      assertThat(watch.current().version()).isEqualTo(3);
    }
  }
}
