// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The files of a data directory. */
record PostgresData(Path path) {
  private static final String STANDBY = "standby.signal";

  /** Returns whether the server is a standby, or would start as one: a promotion ends that. */
  boolean isStandby() {
    return Files.exists(path.resolve(STANDBY));
  }

  /** Makes the server a standby at its next start. */
  void follow(String primaryConninfo) throws IOException {
    write(STANDBY, "");
    PostgresSettings.append(path, Map.of("primary_conninfo", primaryConninfo));
  }

  private void write(String name, String text) throws IOException {
    Path file = path.resolve(name);
    Files.writeString(file, text);
    Unprivileged.get().give(file);
  }
}
