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
 * The number that tells one PostgreSQL cluster from another. Copies of one template would all have
 * the same, and two shards would look like two servers of one cluster. So each primary gets its
 * own, the way {@code pg_resetwal} does it (the binaries lack that): in {@code pg_control}, whose
 * checksum follows its last field, and in the first page header of each log segment.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h} and {@code
 * src/include/access/xlog_internal.h} of PostgreSQL.
 */
final class SystemIdentifier {
  private static final int IN_SEGMENT = 24;
  private static final int LONGEST_CONTROL_DATA = 512;

  private SystemIdentifier() {}

  static long read(Path data) throws IOException {
    return in(Files.readAllBytes(controlFile(data))).getLong(0);
  }

  /** Changes it in the data directory of a server that does not run and was stopped cleanly. */
  static void write(Path data, long identifier) throws IOException {
    byte[] control = Files.readAllBytes(controlFile(data));
    int end = checksumAt(control);
    in(control).putLong(0, identifier);
    in(control).putInt(end, checksum(control, end));
    Files.write(controlFile(data), control);
    try (DirectoryStream<Path> segments =
        Files.newDirectoryStream(data.resolve("pg_wal"), path -> Files.isRegularFile(path))) {
      for (Path segment : segments) {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
          channel.write(in(new byte[Long.BYTES]).putLong(0, identifier), IN_SEGMENT);
        }
      }
    }
  }

  private static Path controlFile(Path data) {
    return data.resolve("global/pg_control");
  }

  /** Views bytes the way the server does, in the machine's order. */
  private static ByteBuffer in(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * The length of the control data depends on the version; the checksum itself says where it is.
   */
  private static int checksumAt(byte[] control) throws IOException {
    for (int at = Long.BYTES; at < LONGEST_CONTROL_DATA; at += Integer.BYTES) {
      if (in(control).getInt(at) == checksum(control, at)) {
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
