// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** The verdicts as text, for whoever watched. */
final class Summary {
  private static final int WIDTH = 56;

  private Summary() {}

  static void print(RunRecord run, View view) {
    view.say("");
    for (Verdict verdict : run.verdicts()) {
      String title = verdict.title();
      view.say(
          (verdict.held() ? "  held    " : "  BROKEN  ")
              + title
              + " ".repeat(Math.max(1, WIDTH - title.length()))
              + verdict.evidence());
      verdict.violations().stream().limit(5).forEach(line -> view.say("            " + line));
    }
    view.say("");
    view.say(
        run.everyPromiseHeld()
            ? "Every promise held. "
                + Figures.count(run.totals().requests())
                + " requests, "
                + Figures.count(run.totals().bookings())
                + " bookings, "
                + Figures.count(run.totals().repeats())
                + " repeats."
            : "A promise was broken.");
    view.say("Report: " + run.options().report().toUri());
  }
}
