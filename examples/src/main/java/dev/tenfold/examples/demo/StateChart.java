// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.ArrayList;
import java.util.List;

/** States over time, one lane per thing: closed, half-open, open, or gone. */
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
    html.raw("</p><ul class=\"legend\"><li><i class=\"key closed\"></i>closed: calls pass</li>");
    html.raw("<li><i class=\"key half\"></i>half-open: a few probes pass</li>");
    html.raw("<li><i class=\"key open\"></i>open: calls are refused at once</li>");
    html.raw("<li><i class=\"key gone\"></i>process gone</li></ul></figcaption>");
    html.raw("<div class=\"lane flags\"><span></span><div class=\"plot\">").raw(axis.flags());
    html.raw("</div></div>");
    for (Series lane : lanes) {
      html.raw("<div class=\"lane\"><span>").text(lane.name()).raw("</span>");
      html.raw("<div class=\"plot\"><svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\"");
      html.raw(" role=\"img\" aria-label=\"")
          .text(lane.name() + ": " + told(axis, lane))
          .raw("\">");
      html.raw(axis.bands()).raw(segments(axis, lane)).raw("</svg></div></div>");
    }
    return html.raw(axis.labels()).raw("</figure>\n").toString();
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

  private static String told(ChartAxis axis, Series lane) {
    int open = 0;
    for (int i = 0; i < lane.size(); i++) {
      open += lane.at(i) == 2 ? 1 : 0;
    }
    return "open in " + open + " of " + axis.seconds().length + " samples";
  }
}
