// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Runs PostgreSQL, which refuses to run as root, if the tests run as root. Where user namespaces
 * are allowed, the server runs in one that maps root to nobody, and its files stay root's. Where
 * they are not, as in many containers, the server runs as nobody and needs files of its own.
 *
 * @param prefix the words in front of a command; empty unless the tests run as root
 * @param asNobody whether files have to be given to nobody
 */
record Unprivileged(List<String> prefix, boolean asNobody) {
  private static final int NOBODY = 65_534;

  private static final Once<Unprivileged> ONE = new Once<>(Unprivileged::find);

  static Unprivileged get() {
    return ONE.get();
  }

  private static Unprivileged find() {
    try {
      Path own = Files.createTempFile("tenfold", null);
      try {
        if (!Integer.valueOf(0).equals(Files.getAttribute(own, "unix:uid"))) {
          return new Unprivileged(List.of(), false);
        }
      } finally {
        Files.delete(own);
      }
      Path unshare = Machine.command("unshare");
      if (unshare != null && succeeds(unshare.toString(), "--user", "true")) {
        return new Unprivileged(List.of(unshare.toString(), "--user"), false);
      }
    } catch (IOException e) {
      throw new FixtureException("cannot find out which user runs the tests: " + e.getMessage(), e);
    }
    Path setpriv = Machine.command("setpriv");
    if (setpriv == null) {
      throw new FixtureException(
          "PostgreSQL refuses to run as root, and neither unshare --user nor setpriv is there");
    }
    return new Unprivileged(
        List.of(
            setpriv.toString(), "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"),
        true);
  }

  private static boolean succeeds(String... command) throws IOException {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .onExit()
            .join()
            .exitValue()
        == 0;
  }

  /** Lets the server pass through a directory, if it runs as nobody. */
  void open(Path directory) throws IOException {
    if (asNobody) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }
  }

  /** Gives a file or directory to the server, if it runs as nobody. */
  void give(Path file) throws IOException {
    if (asNobody) {
      Files.setAttribute(file, "unix:uid", NOBODY);
    }
  }
}
