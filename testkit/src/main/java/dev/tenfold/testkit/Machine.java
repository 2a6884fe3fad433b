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

/** Facts about the machine: operating system, architecture, commands, states of processes. */
final class Machine {
  private static final boolean HAS_PROC = Files.exists(Path.of("/proc/self/stat"));
  private static final char NO_PROCESS = '?';

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

  /** Returns 127.0.0.1, even if the JVM prefers IPv6. */
  static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (UnknownHostException fourBytesAreAnAddress) {
      throw new UncheckedIOException(fourBytesAreAnAddress);
    }
  }

  /** Returns the command of a name on the PATH, or null. */
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
   * Returns whether a process runs or is stopped. A zombie counts as running only while threads
   * other than its first are still ending: until then it holds its port and its files.
   */
  static boolean runs(long pid) {
    if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
      return false;
    }
    if (!HAS_PROC) {
      return true;
    }
    char state = state(pid);
    return state != NO_PROCESS && state != 'X' && (state != 'Z' || threads(pid) > 1);
  }

  private static long threads(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      return threads.count();
    } catch (IOException | UncheckedIOException noSuchProcess) {
      return 0;
    }
  }

  /** Returns whether SIGSTOP has taken effect; true where there is no /proc. */
  static boolean isStopped(long pid) {
    return state(pid) == 'T' || !HAS_PROC;
  }

  /** Returns the state letter of Linux, or {@link #NO_PROCESS} if the process does not exist. */
  private static char state(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException noSuchProcess) {
      return NO_PROCESS;
    }
  }
}
