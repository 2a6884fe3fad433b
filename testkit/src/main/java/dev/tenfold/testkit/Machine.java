// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the testkit must know about the machine that it runs on. */
final class Machine {
  private static final boolean SHOWS_PROCESSES = Files.exists(Path.of("/proc/self/stat"));
  private static final char BURIED = '?';

  private Machine() {}

  /** Returns {@code linux}, {@code darwin}, or the lower-case name of anything else. */
  static String os() {
    String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return name.startsWith("mac") ? "darwin" : name;
  }

  /** Returns {@code amd64}, {@code arm64}, or the JVM's name of anything else. */
  static String architecture() {
    String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> name;
    };
  }

  static String name() {
    return os() + "/" + architecture();
  }

  /** Returns 127.0.0.1, whatever the JVM prefers. */
  static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (UnknownHostException fourBytesAreAnAddress) {
      throw new UncheckedIOException(fourBytesAreAnAddress);
    }
  }

  /** Returns the command of that name on the PATH, or null. */
  static @Nullable Path command(String name) {
    String path = System.getenv("PATH");
    if (path == null) {
      return null;
    }
    for (String folder : path.split(":", -1)) {
      Path candidate = Path.of(folder, name);
      if (candidate.isAbsolute() && Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  /**
   * Says whether a process runs or is stopped; one that only waits to be buried does not. While
   * other threads than the first are still ending, it has its port and its files.
   */
  static boolean runs(long pid) {
    if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
      return false;
    }
    if (!SHOWS_PROCESSES) {
      return true;
    }
    char state = state(pid);
    return state != BURIED && state != 'X' && (state != 'Z' || threads(pid) > 1);
  }

  private static long threads(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      return threads.count();
    } catch (IOException | UncheckedIOException noSuchProcess) {
      return 0;
    }
  }

  /** Says whether SIGSTOP has taken effect; true where the system does not tell. */
  static boolean isStopped(long pid) {
    return state(pid) == 'T' || !SHOWS_PROCESSES;
  }

  /** Returns the state letter of Linux, {@link #BURIED} if there is no such process (any more). */
  private static char state(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException noSuchProcess) {
      return BURIED;
    }
  }
}
