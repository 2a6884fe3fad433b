// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The file into which one thread writes its events. */
final class HistoryFile implements Consumer<Event>, AutoCloseable {
  private static final String ENDING = ".history";

  private final BufferedWriter file;

  HistoryFile(Path directory, String name) throws IOException {
    this.file =
        Files.newBufferedWriter(directory.resolve(name + ENDING), StandardCharsets.US_ASCII);
  }

  static boolean isOne(Path path) {
    return path.toString().endsWith(ENDING);
  }

  @Override
  public void accept(Event event) {
    try {
      file.append(HistoryText.of(event)).append('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
