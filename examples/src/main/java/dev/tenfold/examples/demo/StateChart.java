// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * States over time, one lane per circuit breaker: closed, half-open, open, or its process is gone.
 * The lanes lie in the same plot area as the lines of a {@link Chart}, so that one moment has one
 * place in all charts.
 */
final class StateChart {
  private final String title;
  private final String caption;
  private final List<Series> lanes = new ArrayList<>();

  StateChart(String title, String caption) {
    this.title = title;
    this.caption = caption;
  }

  StateChart lane(String name, double[] states) {
    lanes.add(new Series(name, "", states));
    return this;
  }

  String html(ChartAxis axis) {
    var html = new Html();
    html.raw("<figure class=\"chart\"><figcaption><h3>").text(title).raw("</h3><p>").text(caption);
    html.raw("</p><ul class=\"legend\">");
    legend(html, "closed", "closed: calls pass");
    legend(html, "half", "half-open: a few probes pass");
    legend(html, "open", "open: calls are refused at once");
    legend(html, "gone", "process gone");
    html.raw("</ul></figcaption><div class=\"frame\"><div class=\"ylabels\"></div>");
    html.raw("<div class=\"plot\">").raw(axis.flags());
    for (Series lane : lanes) {
      html.raw("<div class=\"lane\"><span>").text(lane.name()).raw("</span>");
      html.raw("<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\"");
      html.raw(" role=\"img\" aria-label=\"").text(lane.name() + ": " + summary(axis, lane));
      html.raw("\">").raw(axis.bands()).raw(segments(axis, lane)).raw("</svg></div>");
    }
    return html.raw("</div></div>").raw(axis.labels()).raw("</figure>\n").toString();
  }

  private static void legend(Html html, String state, String text) {
    html.raw("<li>" + Html.areaKey(state)).text(text).raw("</li>");
  }

  private static String style(double state) {
    return Double.isNaN(state) ? "gone" : state == 0 ? "closed" : state == 1 ? "half" : "open";
  }

  private static String segments(ChartAxis axis, Series lane) {
    var html = new Html();
    double[] seconds = axis.seconds();
    double from = 0;
    for (int i = 0; i < seconds.length; i++) {
      boolean last = i == seconds.length - 1;
      if (last || !style(lane.at(i)).equals(style(lane.at(i + 1)))) {
        double x = axis.x(from) * 1000;
        double width = axis.x(seconds[i]) * 1000 - x;
        html.raw("<rect class=\"" + style(lane.at(i)) + "\" x=\"" + Html.coordinate(x));
        html.raw("\" y=\"20\" height=\"60\" width=\"" + Html.coordinate(width) + "\"/>");
        from = seconds[i];
      }
    }
    return html.toString();
  }

  private static String summary(ChartAxis axis, Series lane) {
    int open = 0;
    for (int i = 0; i < lane.size(); i++) {
      open += lane.at(i) == 2 ? 1 : 0;
    }
    return "open in " + open + " of " + axis.seconds().length + " samples";
  }
}
