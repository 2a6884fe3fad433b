// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The number that distinguishes PostgreSQL clusters. All copies of a template have the same number,
 * so two shards would look like two servers of one cluster. Each primary therefore gets a number of
 * its own, as {@code pg_resetwal} does it (the binaries lack that program): in {@code pg_control},
 * whose checksum follows its last field, and in the first page header of each log segment.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h} and {@code
 * src/include/access/xlog_internal.h} of PostgreSQL.
 */
final class SystemIdentifier {
  private static final int SEGMENT_OFFSET = 24;
  private static final int MAX_CONTROL_DATA = 512;

  private SystemIdentifier() {}

  static long read(Path data) throws IOException {
    return view(Files.readAllBytes(controlFile(data))).getLong(0);
  }

  /** Writes the number into the data directory of a server that was stopped cleanly. */
  static void write(Path data, long identifier) throws IOException {
    byte[] control = Files.readAllBytes(controlFile(data));
    int end = checksumAt(control);
    view(control).putLong(0, identifier);
    view(control).putInt(end, checksum(control, end));
    Files.write(controlFile(data), control);
    try (DirectoryStream<Path> segments =
        Files.newDirectoryStream(data.resolve("pg_wal"), path -> Files.isRegularFile(path))) {
      for (Path segment : segments) {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
          channel.write(view(new byte[Long.BYTES]).putLong(0, identifier), SEGMENT_OFFSET);
        }
      }
    }
  }

  private static Path controlFile(Path data) {
    return data.resolve("global/pg_control");
  }

  /** Wraps bytes in the byte order of the machine, which is the server's. */
  private static ByteBuffer view(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Finds the checksum, whose position depends on the version: where the value equals the checksum
   * of the bytes in front of it.
   */
  private static int checksumAt(byte[] control) throws IOException {
    for (int at = Long.BYTES; at < MAX_CONTROL_DATA; at += Integer.BYTES) {
      if (view(control).getInt(at) == checksum(control, at)) {
        return at;
      }
    }
    throw new IOException("no checksum found in pg_control");
  }

  private static int checksum(byte[] control, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(control, 0, length);
    return (int) checksum.getValue();
  }
}
