// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The machine, the JDK and the commit of a run.
 *
 * @param cpu the processor's name
 * @param cores the number of processors that this process may use
 * @param system operating system
 * @param jdk version and vendor
 * @param load the load average of the last minute before the run; negative if unknown
 * @param commit the commit of the working copy that holds the jar, marked if changed
 */
record Machine(String cpu, int cores, String system, String jdk, double load, String commit) {

  static Machine here(Path folder) {
    return new Machine(
        processor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        head(folder));
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException absent) {
      return System.getProperty("os.arch");
    }
  }

  private static String head(Path folder) {
    List<String> head = git(folder, "rev-parse", "--short=12", "HEAD");
    if (head.size() != 1) {
      return "unknown commit";
    }
    boolean changed = !git(folder, "status", "--porcelain").isEmpty();
    return head.get(0) + (changed ? " with changes" : "");
  }

  /** Returns the lines that git prints; none if git is missing or fails. */
  private static List<String> git(Path folder, String... arguments) {
    List<String> command = Stream.concat(Stream.of("git"), Stream.of(arguments)).toList();
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      List<String> lines = process.inputReader().lines().toList();
      return process.waitFor() == 0 ? lines : List.of();
    } catch (IOException absent) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  @Override
  public String toString() {
    String busy = load < 0 ? "" : ", load " + Figures.value(load) + " before";
    return cores + " x " + cpu + ", " + system + busy + "\nJDK " + jdk + ", commit " + commit;
  }
}
