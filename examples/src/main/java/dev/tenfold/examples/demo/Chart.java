// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * One chart of the report over the time of the run. The plot is an SVG that stretches to any width;
 * its labels are text beside it, so that they stay legible on a phone.
 */
final class Chart {
  private static final double WIDTH = 1000;
  private static final double HEIGHT = 100;
  private static final double MIN_MILLIS = 0.1;

  private final String title;
  private final String caption;
  private final Scale scale;
  private final List<Series> lines = new ArrayList<>();
  private boolean stacked;
  private final List<Limit> limits = new ArrayList<>();

  /** How numbers become heights and labels. */
  enum Scale {
    /** From zero to a round number. */
    COUNT,
    /** From 0 to 100 %. */
    RATIO,
    /** From zero to a round number of seconds. */
    SECONDS,
    /** Milliseconds from 0.1 ms to 10 or 100 s, each step ten times the last. */
    LOG_MILLIS
  }

  private record Limit(String name, double value) {}

  Chart(String title, String caption, Scale scale) {
    this.title = title;
    this.caption = caption;
    this.scale = scale;
  }

  /** Adds a line; {@code style} is a colour class of the style sheet: {@code c1} to {@code c6}. */
  Chart line(String name, String style, double[] values) {
    lines.add(new Series(name, style, values));
    return this;
  }

  /** Draws the lines as areas on top of each other. */
  Chart stacked() {
    stacked = true;
    return this;
  }

  /** Draws a line at a value that must not be exceeded. */
  Chart limit(String name, double value) {
    limits.add(new Limit(name, value));
    return this;
  }

  String html(ChartAxis axis) {
    var html = new Html();
    double top = top();
    html.raw("<figure class=\"chart\"><figcaption><h3>").text(title).raw("</h3><p>").text(caption);
    html.raw("</p>").raw(legend()).raw("</figcaption><div class=\"frame\">");
    html.raw("<div class=\"ylabels\" aria-hidden=\"true\">").raw(yLabels(top)).raw("</div>");
    html.raw("<div class=\"plot\">").raw(axis.flags());
    html.raw(
        "<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"");
    html.text(title + ". " + summary()).raw("\">").raw(axis.bands()).raw(grid(top));
    html.raw(stacked ? areas(axis, top) : strokes(axis, top)).raw(limitLines(top));
    html.raw("</svg></div></div>").raw(axis.labels()).raw("</figure>\n");
    return html.toString();
  }

  private String legend() {
    var html = new Html().raw("<ul class=\"legend\">");
    for (Series line : lines) {
      html.raw("<li>" + (stacked ? Html.areaKey(style(line)) : Html.lineKey(style(line))));
      html.text(line.name()).raw("</li>");
    }
    for (Limit limit : limits) {
      html.raw("<li>" + Html.lineKey("limit")).text(limit.name).raw("</li>");
    }
    return html.raw("</ul>").toString();
  }

  /** The class of a line or an area, in the plot and in the legend. */
  private String style(Series line) {
    return (stacked ? "area " : "line ") + line.style();
  }

  private String summary() {
    var text = new StringBuilder();
    for (Series line : lines) {
      text.append(line.name()).append(": at most ").append(label(line.largest())).append(". ");
    }
    return text.toString();
  }

  private double top() {
    if (scale == Scale.RATIO) {
      return 1;
    }
    if (scale == Scale.LOG_MILLIS) {
      return lines.stream().anyMatch(line -> line.largest() > 10_000) ? 100_000 : 10_000;
    }
    double top = limits.stream().mapToDouble(Limit::value).max().orElse(0);
    int count = lines.isEmpty() ? 0 : lines.get(0).size();
    for (int i = 0; i < count; i++) {
      double sum = 0;
      for (Series line : lines) {
        double value = line.orZero(i);
        sum = stacked ? sum + value : Math.max(sum, value);
      }
      top = Math.max(top, sum);
    }
    return roundUp(top * 1.05);
  }

  private static double roundUp(double value) {
    if (value <= 0) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double step : new double[] {1, 1.5, 2, 3, 4, 5, 6, 8}) {
      if (value <= step * power) {
        return step * power;
      }
    }
    return 10 * power;
  }

  private double height(double value, double top) {
    if (scale == Scale.LOG_MILLIS) {
      double share =
          Math.log10(Math.max(MIN_MILLIS, value) / MIN_MILLIS) / Math.log10(top / MIN_MILLIS);
      return HEIGHT * (1 - Math.min(1, share));
    }
    return HEIGHT * (1 - Math.min(1, Math.max(0, value) / top));
  }

  private double[] ticks(double top) {
    return scale == Scale.LOG_MILLIS
        ? top > 10_000
            ? new double[] {1, 10, 100, 1_000, 10_000, 100_000}
            : new double[] {1, 10, 100, 1_000, 10_000}
        : new double[] {0, top / 2, top};
  }

  private String label(double value) {
    return switch (scale) {
      case RATIO -> Figures.percent(value);
      case SECONDS ->
          Figures.decimal(value, value == Math.rint(value) ? 0 : value < 0.1 ? 2 : 1) + " s";
      case LOG_MILLIS ->
          value >= 1_000 ? Figures.count(value / 1_000) + " s" : Figures.count(value) + " ms";
      case COUNT -> value == Math.rint(value) ? Figures.count(value) : Figures.decimal(value, 1);
    };
  }

  private String yLabels(double top) {
    var html = new Html();
    for (double tick : ticks(top)) {
      html.raw("<span style=\"top:" + Html.coordinate(height(tick, top)) + "%\">");
      html.text(label(tick)).raw("</span>");
    }
    return html.toString();
  }

  private String grid(double top) {
    var html = new Html();
    for (double tick : ticks(top)) {
      String y = Html.coordinate(height(tick, top));
      html.raw("<line class=\"grid\" x1=\"0\" x2=\"1000\" y1=\"" + y + "\" y2=\"" + y + "\"/>");
    }
    return html.toString();
  }

  private String limitLines(double top) {
    var html = new Html();
    for (Limit limit : limits) {
      String y = Html.coordinate(height(limit.value, top));
      html.raw("<line class=\"limit\" x1=\"0\" x2=\"1000\" y1=\"" + y + "\" y2=\"" + y + "\"/>");
    }
    return html.toString();
  }

  private String strokes(ChartAxis axis, double top) {
    var html = new Html();
    double[] seconds = axis.seconds();
    for (Series line : lines) {
      var path = new StringBuilder();
      boolean pen = false;
      for (int i = 0; i < seconds.length; i++) {
        double value = line.at(i);
        if (Double.isNaN(value)) {
          pen = false;
          continue;
        }
        path.append(pen ? 'L' : 'M').append(Html.coordinate(axis.x(seconds[i]) * WIDTH));
        path.append(' ').append(Html.coordinate(height(value, top)));
        pen = true;
      }
      html.raw("<path class=\"" + style(line) + "\" d=\"" + path + "\"/>");
    }
    return html.toString();
  }

  private String areas(ChartAxis axis, double top) {
    var html = new Html();
    double[] seconds = axis.seconds();
    double[] floor = new double[seconds.length];
    for (Series line : lines) {
      var upper = new StringBuilder();
      var lower = new StringBuilder();
      for (int i = 0; i < seconds.length; i++) {
        String x = Html.coordinate(axis.x(seconds[i]) * WIDTH);
        double value = line.orZero(i);
        lower.insert(0, "L" + x + " " + Html.coordinate(height(floor[i], top)));
        floor[i] += value;
        upper.append(i == 0 ? 'M' : 'L').append(x).append(' ');
        upper.append(Html.coordinate(height(floor[i], top)));
      }
      html.raw("<path class=\"" + style(line) + "\" d=\"" + upper + lower + "Z\"/>");
    }
    return html.toString();
  }
}
