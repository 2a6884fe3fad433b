// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** The picture of what ran: processes as boxes, calls as arrows. */
final class TopologyFigure {
  private final StringBuilder svg = new StringBuilder();

  private TopologyFigure() {}

  static String html() {
    return new TopologyFigure().draw();
  }

  private String draw() {
    svg.append("<figure class=\"topology\"><div class=\"scroll\">");
    svg.append("<svg viewBox=\"0 0 860 330\" role=\"img\" aria-labelledby=\"topo-t topo-d\">");
    svg.append("<title id=\"topo-t\">What ran</title><desc id=\"topo-d\">A load generator sends");
    svg.append(
        " requests to two service processes. Each talks to two database shards, each a primary");
    svg.append(
        " with a standby, to one Redis, and to a payment provider. Both processes watch one");
    svg.append(" topology file.</desc>");
    svg.append(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\"");
    svg.append(" markerHeight=\"7\" orient=\"auto\"><path class=\"tip\" d=\"M0 0L8 4L0 8Z\"/>");
    svg.append("</marker></defs>");
    arrow(150, 150, 228, 95);
    arrow(150, 165, 228, 220);
    arrow(150, 252, 228, 125);
    arrow(150, 262, 228, 245);
    arrow(400, 75, 508, 50);
    arrow(400, 90, 508, 150);
    arrow(400, 105, 508, 270);
    arrow(400, 210, 508, 60);
    arrow(400, 225, 508, 160);
    arrow(400, 240, 508, 280);
    arrow(668, 45, 708, 45);
    arrow(668, 135, 708, 135);
    box(20, 125, 130, 60, "Clients", "constant rate", "plain");
    box(230, 55, 170, 80, "Instance a", "router · cache · breaker", "ours");
    box(230, 185, 170, 80, "Instance b", "router · cache · breaker", "ours");
    box(20, 235, 130, 60, "Topology", "a file, watched", "plain");
    box(510, 20, 158, 50, "Shard s0", "PostgreSQL primary", "plain");
    box(710, 20, 130, 50, "Standby", "replays s0", "plain");
    box(510, 110, 158, 50, "Shard s1", "PostgreSQL primary", "plain");
    box(710, 110, 130, 50, "Standby", "replays s1", "plain");
    box(510, 190, 158, 50, "Redis", "shared cache", "plain");
    box(510, 262, 175, 50, "Payment provider", "slow and unreliable", "plain");
    badge(844, 108, "B");
    badge(672, 188, "C");
    badge(695, 255, "A");
    badge(404, 183, "D");
    arrow(400, 232, 508, 212);
    arrow(400, 112, 508, 205);
    svg.append("</svg></div></figure>");
    return svg.toString();
  }

  private void box(int x, int y, int width, int height, String title, String note, String style) {
    int middle = x + width / 2;
    int line = y + height / 2;
    svg.append("<rect class=\"box ").append(style).append("\" rx=\"8\" x=\"").append(x);
    svg.append("\" y=\"").append(y).append("\" width=\"").append(width).append("\" height=\"");
    svg.append(height).append("\"/><text class=\"name\" x=\"").append(middle).append("\" y=\"");
    svg.append(line - 4).append("\">").append(title).append("</text><text class=\"note\" x=\"");
    svg.append(middle).append("\" y=\"").append(line + 15).append("\">").append(note);
    svg.append("</text>");
  }

  private void badge(int x, int y, String letter) {
    svg.append("<circle class=\"badge\" r=\"11\" cx=\"").append(x - 4).append("\" cy=\"");
    svg.append(y + 14).append("\"/><text class=\"letter\" x=\"").append(x - 4).append("\" y=\"");
    svg.append(y + 18).append("\">").append(letter).append("</text>");
  }

  private void arrow(int x1, int y1, int x2, int y2) {
    svg.append("<line class=\"arrow\" marker-end=\"url(#tip)\" x1=\"").append(x1);
    svg.append("\" y1=\"").append(y1).append("\" x2=\"").append(x2).append("\" y2=\"").append(y2);
    svg.append("\"/>");
  }
}
