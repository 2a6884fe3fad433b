// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** Prints the results to the view. */
final class Summary {
  private static final int WIDTH = 56;

  private Summary() {}

  static void print(RunRecord run, View view) {
    view.say("");
    for (PromiseResult result : run.results()) {
      String title = result.title();
      view.say(
          (result.held() ? "  held    " : "  BROKEN  ")
              + title
              + " ".repeat(Math.max(1, WIDTH - title.length()))
              + result.evidence());
      result.violations().stream().limit(5).forEach(line -> view.say("            " + line));
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
            : "At least one promise was broken.");
    view.say("Report: " + run.options().report().toUri());
  }
}
