// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;

/** The time axis of all charts, with the faults and the switch of the topology marked on it. */
final class ChartAxis {
  private final double[] seconds;
  private final double endSecond;
  private final double trafficSeconds;
  private final double switchSecond;
  private final List<Fault.Window> windows;

  /**
   * Creates the axis.
   *
   * @param seconds the end of each sample
   * @param trafficSeconds how long traffic arrives; what follows is the drain
   * @param switchSecond when version 2 of the topology was published
   * @param windows the faults
   */
  ChartAxis(
      double[] seconds, double trafficSeconds, double switchSecond, List<Fault.Window> windows) {
    this.seconds = seconds;
    this.trafficSeconds = trafficSeconds;
    this.switchSecond = switchSecond;
    this.windows = windows;
    this.endSecond =
        Math.max(trafficSeconds, seconds.length == 0 ? 0 : seconds[seconds.length - 1]);
  }

  double[] seconds() {
    return seconds;
  }

  /** Returns the place of a second on the axis, 0 to 1. */
  double x(double second) {
    return Math.min(1, Math.max(0, second / endSecond));
  }

  /** Returns bands for the faults and lines for the switch and the drain, to lie behind a plot. */
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
    html.raw(line("switch", switchSecond));
    return html.raw(endSecond > trafficSeconds ? line("drain", trafficSeconds) : "").toString();
  }

  private String line(String style, double second) {
    String x = Html.coordinate(x(second) * 1000);
    return "<line class=\"" + style + "\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"0\" y2=\"100\"/>";
  }

  /** Returns the letters above the bands and the mark above the line of the switch. */
  String flags() {
    var html = new Html();
    html.raw("<b class=\"flag switch\" style=\"left:" + Html.coordinate(x(switchSecond) * 100));
    html.raw("%\" title=\"version 2 of the topology is published\">v2</b>");
    for (Fault.Window window : windows) {
      double middle = (x(window.fromSeconds()) + x(window.toSeconds())) / 2;
      html.raw("<b class=\"flag\" style=\"left:" + Html.coordinate(middle * 100) + "%\" title=\"");
      html.text(window.title()).raw("\">").text(window.letter()).raw("</b>");
    }
    return html.toString();
  }

  /** Returns the labels below a plot. */
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
