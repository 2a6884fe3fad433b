// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarArchiveTest {
  @TempDir private Path target;

  private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

  @Test
  void unpack_filesDirectoriesAndLinks_areAllThere() throws IOException {
    add("bin/", '5', "755", "", "");
    add("bin/tool", '0', "755", "", "t".repeat(512));
    add("lib/deep/library.so.1", '0', "644", "", "library");
    add("lib/deep/library.so", '2', "777", "library.so.1", "");
    add("lib/empty", '0', "644", "", "");

    unpack();

    assertThat(target.resolve("bin/tool")).hasContent("t".repeat(512));
    assertThat(Files.isExecutable(target.resolve("bin/tool"))).isTrue();
    assertThat(target.resolve("lib/deep/library.so")).isSymbolicLink().hasContent("library");
    assertThat(target.resolve("lib/empty")).isEmptyFile();
  }

  @Test
  void unpack_unwantedFiles_areSkipped() throws IOException {
    add("unwanted", '0', "644", "", "x".repeat(700));
    add("unwanted.link", '2', "644", "unwanted", "");
    add("wanted", '0', "644", "", "y");

    unpack();

    assertThat(target.resolve("unwanted")).doesNotExist();
    assertThat(Files.isSymbolicLink(target.resolve("unwanted.link"))).isFalse();
    assertThat(target.resolve("wanted")).hasContent("y");
  }

  @Test
  void unpack_entryOutsideOfTarget_isRefused() {
    add("../outside", '0', "644", "", "x");

    assertThatThrownBy(this::unpack).hasMessageContaining("../outside");
    assertThat(target.resolveSibling("outside")).doesNotExist();
  }

  @Test
  void unpack_entryOfUnknownType_isRefused() {
    add("device", '3', "644", "", "");

    assertThatThrownBy(this::unpack).isInstanceOf(IOException.class).hasMessageContaining("'3'");
  }

  @Test
  void unpack_truncated_fails() {
    add("file", '0', "644", "", "x".repeat(2000));
    byte[] half = java.util.Arrays.copyOf(archive.toByteArray(), 1024);

    assertThatThrownBy(
            () -> TarArchive.unpack(new ByteArrayInputStream(half), target, name -> true))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("file");
  }

  private void unpack() throws IOException {
    archive.writeBytes(new byte[1024]);
    TarArchive.unpack(
        new ByteArrayInputStream(archive.toByteArray()),
        target,
        name -> !name.startsWith("unwanted"));
  }

  private void add(String name, char type, String mode, String link, String content) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, mode);
    put(header, 124, Integer.toOctalString(content.length()));
    header[156] = (byte) type;
    put(header, 157, link);
    archive.writeBytes(header);
    archive.writeBytes(content.getBytes(StandardCharsets.UTF_8));
    archive.writeBytes(new byte[(512 - content.length() % 512) % 512]);
  }

  private static void put(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }
}
