// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Predicate;

/**
 * Unpacks the tar archives of the PostgreSQL binaries: files, directories, symbolic links, names of
 * up to 100 bytes. Other types of entries are refused.
 */
final class TarArchive {
  private static final int BLOCK = 512;

  private TarArchive() {}

  /** Unpacks the entries whose name is wanted. Does not close {@code input}. */
  static void unpack(InputStream input, Path target, Predicate<String> wanted) throws IOException {
    byte[] header = new byte[BLOCK];
    while (input.readNBytes(header, 0, BLOCK) == BLOCK && header[0] != 0) {
      String name = text(header, 0, 100);
      long size = Long.parseLong(text(header, 124, 12).trim(), 8);
      char type = (char) header[156];
      Path path = target.resolve(name).normalize();
      if (!path.startsWith(target)) {
        throw new IOException("archive entry is outside of the target: " + name);
      }
      switch (type) {
        case '5' -> Files.createDirectories(path);
        case '2' -> {
          if (wanted.test(name)) {
            parentOf(path);
            Files.createSymbolicLink(path, Path.of(text(header, 157, 100)));
          }
        }
        case '0', '\0' -> {
          if (wanted.test(name)) {
            parentOf(path);
            writeFile(input, size, path, text(header, 100, 8).trim());
          } else {
            input.skipNBytes(size);
          }
          input.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        }
        default ->
            throw new IOException("archive entry " + name + " has the unknown type '" + type + "'");
      }
    }
  }

  private static void parentOf(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
  }

  private static void writeFile(InputStream input, long size, Path path, String mode)
      throws IOException {
    try (OutputStream output = Files.newOutputStream(path)) {
      byte[] buffer = new byte[1 << 16];
      for (long left = size; left > 0; ) {
        int read = input.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          throw new EOFException("archive ends within " + path.getFileName());
        }
        output.write(buffer, 0, read);
        left -= read;
      }
    }
    boolean executable = (Integer.parseInt(mode, 8) & 0100) != 0;
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
  }

  private static String text(byte[] header, int offset, int length) {
    int end = offset;
    while (end < offset + length && header[end] != 0) {
      end++;
    }
    return new String(header, offset, end - offset, StandardCharsets.UTF_8);
  }
}
