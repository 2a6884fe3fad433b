// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;

/** The time axis that all charts share, with the faults marked on it. */
final class ChartAxis {
  private final double[] seconds;
  private final double endSecond;
  private final double trafficSeconds;
  private final List<Fault.Window> windows;

  ChartAxis(double[] seconds, double trafficSeconds, List<Fault.Window> windows) {
    this.seconds = seconds;
    this.trafficSeconds = trafficSeconds;
    this.windows = windows;
    this.endSecond =
        Math.max(trafficSeconds, seconds.length == 0 ? 0 : seconds[seconds.length - 1]);
  }

  double[] seconds() {
    return seconds;
  }

  /** Where a second lies, 0 to 1. */
  double x(double second) {
    return Math.min(1, Math.max(0, second / endSecond));
  }

  /** The faults as bands behind a plot. */
  String bands() {
    var html = new Html();
    for (Fault.Window window : windows) {
      double from = x(window.fromSeconds()) * 1000;
      double width = x(window.toSeconds()) * 1000 - from;
      html.raw(
          "<rect class=\"band\" x=\""
              + Html.coordinate(from)
              + "\" y=\"0\" height=\"100\" width=\"");
      html.raw(Html.coordinate(width) + "\"><title>").text(window.letter() + ": " + window.title());
      html.raw("</title></rect>");
    }
    if (endSecond > trafficSeconds) {
      String x = Html.coordinate(x(trafficSeconds) * 1000);
      html.raw("<line class=\"drain\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"0\" y2=\"100\"/>");
    }
    return html.toString();
  }

  /** The letters above the bands. */
  String flags() {
    var html = new Html();
    for (Fault.Window window : windows) {
      double middle = (x(window.fromSeconds()) + x(window.toSeconds())) / 2;
      html.raw("<b class=\"flag\" style=\"left:" + Html.coordinate(middle * 100) + "%\" title=\"");
      html.text(window.title()).raw("\">").text(window.letter()).raw("</b>");
    }
    return html.toString();
  }

  /** The seconds below a plot. */
  String labels() {
    var html = new Html().raw("<div class=\"xlabels\" aria-hidden=\"true\">");
    double step = step();
    for (double second = 0; second <= endSecond - step / 3; second += step) {
      html.raw("<span style=\"left:" + Html.coordinate(x(second) * 100) + "%\">");
      html.text(Figures.clock(second)).raw("</span>");
    }
    return html.raw("</div>").toString();
  }

  private double step() {
    for (double step : new double[] {5, 10, 15, 30, 60, 120, 300, 600}) {
      if (endSecond / step <= 6) {
        return step;
      }
    }
    return 1_200;
  }
}
