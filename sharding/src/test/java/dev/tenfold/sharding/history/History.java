// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The events of a run, in any order. Confined to one thread. */
final class History implements Consumer<Event> {
  private final List<Event> events = new ArrayList<>();

  /** Reads the files that {@link HistoryFile} wrote into a directory. */
  static History of(Path directory) throws IOException {
    History history = new History();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(HistoryFile::isOne).sorted().toList()) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.US_ASCII)) {
          lines.forEach(line -> history.accept(HistoryText.parse(line)));
        }
      }
    }
    return history;
  }

  @Override
  public void accept(Event event) {
    events.add(event);
  }

  <E extends Event> List<E> all(Class<E> type) {
    List<E> found = new ArrayList<>();
    for (Event event : events) {
      if (type.isInstance(event)) {
        found.add(type.cast(event));
      }
    }
    return found;
  }
}
