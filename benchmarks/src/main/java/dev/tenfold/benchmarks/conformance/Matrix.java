// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import dev.tenfold.core.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The findings of all scenarios for all libraries.
 *
 * @param names the libraries, Tenfold first
 * @param rows the findings, in the order of the names
 */
record Matrix(List<String> names, Map<Scenario, List<Finding>> rows) {
  private static final int WIDTH = Finding.Kind.NOT_OFFERED.text.length();
  private static final Duration MAX_SCENARIO = Duration.ofSeconds(10);
  private static final Duration STEP = Duration.ofMillis(1);

  /**
   * Plays every scenario against every library. A scenario in which a library hangs is abandoned on
   * its thread.
   *
   * @param time the time for the limit of a scenario
   */
  static Matrix play(List<Scenario> scenarios, List<Supplier<Library>> libraries, TimeSource time) {
    List<String> names = new ArrayList<>();
    for (Supplier<Library> library : libraries) {
      try (Library one = library.get()) {
        names.add(one.name());
      }
    }
    Map<Scenario, List<Finding>> rows = new LinkedHashMap<>();
    for (Scenario scenario : scenarios) {
      List<Finding> findings = new ArrayList<>();
      for (Supplier<Library> library : libraries) {
        findings.add(play(scenario, library, time));
      }
      rows.put(scenario, findings);
    }
    return new Matrix(names, rows);
  }

  private static Finding play(Scenario scenario, Supplier<Library> library, TimeSource time) {
    CompletableFuture<Finding> finding = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try (Library one = library.get()) {
                finding.complete(scenario.play(one));
              }
            },
            scenario.source());
    thread.setDaemon(true);
    thread.start();
    long began = time.nanoTime();
    while (!finding.isDone() && time.nanoTime() - began < MAX_SCENARIO.toNanos()) {
      try {
        time.sleep(STEP.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Finding.fails("was interrupted");
      }
    }
    return finding.getNow(Finding.fails("does not end within " + MAX_SCENARIO.toSeconds() + " s"));
  }

  /** Returns whether every sentence holds for the first library. */
  boolean firstHolds() {
    return rows.values().stream().allMatch(findings -> findings.get(0).holds());
  }

  @Override
  public String toString() {
    int sources = rows.keySet().stream().mapToInt(each -> each.source().length()).max().orElse(0);
    int sentences =
        rows.keySet().stream().mapToInt(each -> each.sentence().length()).max().orElse(0);
    StringBuilder text = new StringBuilder(" ".repeat(sources + 2 + sentences));
    names.forEach(name -> text.append("  ").append(padded(name, WIDTH)));
    end(text);
    rows.forEach((scenario, findings) -> {
      text.append(padded(scenario.source(), sources + 2));
      text.append(padded(scenario.sentence(), sentences));
      for (int i = 0; i < names.size(); i++) {
        String cell = findings.get(i).cell();
        text.append("  ").append(padded(cell, Math.max(WIDTH, names.get(i).length())));
      }
      end(text);
      for (int i = 0; i < names.size(); i++) {
        if (!findings.get(i).observed().isEmpty()) {
          text.append(" ".repeat(sources + 4)).append(names.get(i)).append(": ");
          text.append(findings.get(i).observed());
          end(text);
        }
      }
    });
    for (int i = 0; i < names.size(); i++) {
      text.append(names.get(i)).append(": ").append(summary(i)).append('\n');
    }
    return text.toString();
  }

  private String summary(int library) {
    List<String> counts = new ArrayList<>();
    for (Finding.Kind kind : Finding.Kind.values()) {
      long count =
          rows.values().stream().filter(findings -> findings.get(library).kind() == kind).count();
      counts.add(count + " " + kind.text);
    }
    return String.join(", ", counts);
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static void end(StringBuilder text) {
    int length = text.length();
    while (length > 0 && text.charAt(length - 1) == ' ') {
      length--;
    }
    text.setLength(length);
    text.append('\n');
  }
}
