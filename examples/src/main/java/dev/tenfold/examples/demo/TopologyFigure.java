// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * The picture of the system: processes as boxes, calls as arrows, faults as lettered badges. Drawn
 * twice, from left to right and from top to bottom; the style sheet shows the layout that fits the
 * width of the page.
 */
final class TopologyFigure {
  private static final String DESCRIPTION =
      "A load generator sends requests to two service processes. Each process calls two database"
          + " shards, one Redis and a payment provider, and watches one topology file. Each shard has a"
          + " primary and a standby.";

  private final Layout layout;
  private final Html svg = new Html();

  private TopologyFigure(Layout layout) {
    this.layout = layout;
  }

  static String html() {
    return "<figure class=\"topology\">"
        + new TopologyFigure(wide()).draw()
        + new TopologyFigure(narrow()).draw()
        + "</figure>";
  }

  /**
   * One arrangement of the same boxes.
   *
   * @param name the class in the style sheet
   * @param horizontal whether arrows leave a box at its right side, else at its bottom
   */
  private record Layout(
      String name,
      int width,
      int height,
      boolean horizontal,
      Box clients,
      Box topology,
      List<Box> instances,
      List<Box> backends,
      List<Box> standbys) {}

  /**
   * A process or a file.
   *
   * @param fault the letter of the fault that strikes it, or empty
   */
  private record Box(int x, int y, int width, int height, String title, String note, String fault) {
    Box(int x, int y, int width, int height, String title, String note) {
      this(x, y, width, height, title, note, "");
    }
  }

  private static Layout wide() {
    String parts = "router · cache · breaker";
    return new Layout(
        "wide",
        860,
        330,
        true,
        new Box(10, 75, 130, 60, "Clients", "constant rate"),
        new Box(10, 195, 130, 60, "Topology", "a file, watched"),
        List.of(
            new Box(230, 55, 170, 80, "Instance a", parts),
            new Box(230, 195, 170, 80, "Instance b", parts, "D")),
        List.of(
            new Box(510, 20, 165, 52, "Shard s0", "PostgreSQL primary", "E"),
            new Box(510, 98, 165, 52, "Shard s1", "PostgreSQL primary"),
            new Box(510, 176, 165, 52, "Redis", "shared cache", "C"),
            new Box(510, 254, 165, 52, "Payment provider", "slow and unreliable", "A")),
        List.of(
            new Box(715, 20, 130, 52, "Standby", "replays s0"),
            new Box(715, 98, 130, 52, "Standby", "replays s1", "B")));
  }

  private static Layout narrow() {
    String parts = "router · cache · breaker";
    return new Layout(
        "narrow",
        440,
        400,
        false,
        new Box(25, 8, 170, 54, "Clients", "constant rate"),
        new Box(240, 8, 170, 54, "Topology", "a file, watched"),
        List.of(
            new Box(25, 112, 170, 62, "Instance a", parts),
            new Box(240, 112, 170, 62, "Instance b", parts, "D")),
        List.of(
            new Box(4, 232, 98, 54, "Shard s0", "primary", "E"),
            new Box(112, 232, 98, 54, "Shard s1", "primary"),
            new Box(220, 232, 92, 54, "Redis", "shared cache", "C"),
            new Box(322, 232, 106, 54, "Payments", "unreliable", "A")),
        List.of(
            new Box(4, 336, 98, 54, "Standby", "replays s0"),
            new Box(112, 336, 98, 54, "Standby", "replays s1", "B")));
  }

  private String draw() {
    String tip = layout.name + "-tip";
    svg.raw("<svg class=\"" + layout.name + "\" viewBox=\"0 0 " + layout.width + " ");
    svg.raw(layout.height + "\" role=\"img\"><title>The system</title><desc>").text(DESCRIPTION);
    svg.raw("</desc><defs><marker id=\"" + tip + "\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\"");
    svg.raw(" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">");
    svg.raw("<path class=\"tip\" d=\"M0 0L8 4L0 8Z\"/></marker></defs>");
    for (int i = 0; i < layout.instances.size(); i++) {
      Box instance = layout.instances.get(i);
      arrow(layout.clients, (i + 1) / 3.0, instance, 1 / 3.0);
      arrow(layout.topology, (i + 1) / 3.0, instance, 2 / 3.0);
      for (int j = 0; j < layout.backends.size(); j++) {
        arrow(instance, (j + 1) / 5.0, layout.backends.get(j), (i + 1) / 3.0);
      }
    }
    for (int i = 0; i < layout.standbys.size(); i++) {
      arrow(layout.backends.get(i), 0.5, layout.standbys.get(i), 0.5);
    }
    var boxes = new ArrayList<>(List.of(layout.clients, layout.topology));
    boxes.addAll(layout.backends);
    boxes.addAll(layout.standbys);
    boxes.forEach(each -> box(each, "plain"));
    layout.instances.forEach(each -> box(each, "ours"));
    return svg.raw("</svg>").toString();
  }

  private void box(Box box, String style) {
    int middle = box.x + box.width / 2;
    int line = box.y + box.height / 2;
    svg.raw("<rect class=\"box " + style + "\" rx=\"8\" x=\"" + box.x + "\" y=\"" + box.y);
    svg.raw("\" width=\"" + box.width + "\" height=\"" + box.height + "\"/>");
    svg.raw("<text class=\"name\" x=\"" + middle + "\" y=\"" + (line - 4) + "\">").text(box.title);
    svg.raw("</text><text class=\"note\" x=\"" + middle + "\" y=\"" + (line + 15) + "\">");
    svg.text(box.note).raw("</text>");
    if (!box.fault.isEmpty()) {
      badge(box.x + box.width, box.y, box.fault);
    }
  }

  private void badge(int x, int y, String letter) {
    svg.raw("<circle class=\"badge\" r=\"11\" cx=\"" + x + "\" cy=\"" + y + "\"/>");
    svg.raw("<text class=\"letter\" x=\"" + x + "\" y=\"" + (y + 4) + "\">").text(letter);
    svg.raw("</text>");
  }

  /** From a point of one box's near side to a point of the other's; 0.5 is the middle of a side. */
  private void arrow(Box from, double fromShare, Box to, double toShare) {
    double x1 = layout.horizontal ? from.x + from.width : from.x + fromShare * from.width;
    double y1 = layout.horizontal ? from.y + fromShare * from.height : from.y + from.height;
    double x2 = layout.horizontal ? to.x - 2 : to.x + toShare * to.width;
    double y2 = layout.horizontal ? to.y + toShare * to.height : to.y - 2;
    svg.raw("<line class=\"arrow\" marker-end=\"url(#" + layout.name + "-tip)\" x1=\"");
    svg.raw(Html.coordinate(x1) + "\" y1=\"" + Html.coordinate(y1) + "\" x2=\"");
    svg.raw(Html.coordinate(x2) + "\" y2=\"" + Html.coordinate(y2) + "\"/>");
  }
}
