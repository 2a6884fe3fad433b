// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The report as a text table. */
final class Table {
  private static final int COLUMNS = 8;

  private static final String FIGURES =
      """
      The value of a fork is the median of its iterations. A line shows the mean of the rounds ± half
      the 95 % t-interval.
      """;
  private static final String CLAIMS =
      """
      A claim is computed in each round. It is met if the whole interval is within its limit: 0 for
      "ours - budget"; 1, or the factor in the text, or its inverse, for "ours / peer"; 0.5 B/op more
      than in the text for an allocation. It is missed if the whole interval is beyond the limit.
      "No significant difference" is met if neither holds and half the interval is at most 0.1.
      """;

  private final Report report;
  private final List<String[]> lines = new ArrayList<>();

  private Table(Report report) {
    this.report = report;
  }

  static String of(Report report) {
    return new Table(report).render();
  }

  private String render() {
    String mode = report.schedule().quick() ? " (quick)" : "";
    StringBuilder text = new StringBuilder();
    text.append("Tenfold benchmarks: ").append(report.suite()).append(mode).append('\n');
    text.append(report.machine()).append('\n');
    text.append(report.began().truncatedTo(ChronoUnit.SECONDS))
        .append(", ")
        .append(report.counted());
    text.append(" of one fork each, ").append(report.schedule().timing());
    text.append(", took ").append(Figures.duration(report.took())).append("\n\n");

    heading("Floors");
    report.floors().forEach(floor -> arm("floor", floor));
    report.rows().forEach(this::row);
    align(text);

    text.append('\n').append(FIGURES);
    if (!report.rows().isEmpty()) {
      text.append(CLAIMS).append(summary()).append('\n');
    }
    return text.toString();
  }

  private String summary() {
    if (report.schedule().quick()) {
      return "A quick run shows that everything starts. It judges no claim.";
    }
    return report.count(ClaimResult.MET)
        + " met, "
        + report.count(ClaimResult.NOT_SHOWN)
        + " not shown, "
        + report.count(ClaimResult.MISSED)
        + " missed.";
  }

  private void row(Row row) {
    lines.add(new String[] {});
    heading(row.name());
    arm("ours", row.ours());
    row.peers().forEach(peer -> arm("peer", peer));
    row.claims().forEach(this::claim);
    row.notes().forEach(note -> lines.add(new String[] {"  note   " + note}));
  }

  private void heading(String name) {
    lines.add(new String[] {name});
  }

  private void arm(String role, Arm arm) {
    Interval value = report.value(arm);
    String bytes =
        arm instanceof Arm.Timed ? Figures.bytes(report.allocated(arm).mean()) + " B/op" : "";
    line(role, arm.name(), value, arm.unit(), bytes, "");
  }

  private void claim(Claim claim) {
    Interval interval = Interval.of(claim.figures(report.rounds()));
    String what = (claim.unit() + " " + claim.figure()).strip();
    line("claim", claim.text(), interval, what, "", report.result(claim));
  }

  private void line(
      String role, String text, Interval interval, String unit, String bytes, String result) {
    boolean one = Double.isNaN(interval.half());
    String mean = Figures.value(interval.mean());
    String half = one ? "" : Figures.value(interval.half());
    String sign = one ? "" : "±";
    lines.add(new String[] {"  " + role, text, mean, sign, half, unit, bytes, result});
  }

  private void align(StringBuilder text) {
    int[] widths = new int[COLUMNS];
    for (String[] line : lines) {
      for (int i = 0; i < COLUMNS && line.length == COLUMNS; i++) {
        widths[i] = Math.max(widths[i], line[i].length());
      }
    }
    for (String[] line : lines) {
      StringBuilder aligned = new StringBuilder(line.length == 1 ? line[0] : "");
      for (int i = 0; i < COLUMNS && line.length == COLUMNS; i++) {
        boolean right = i == 2 || i == 4 || i == 6;
        String gap = " ".repeat(widths[i] - line[i].length());
        aligned.append(right ? gap + line[i] : line[i] + gap).append(i == 2 || i == 3 ? " " : "  ");
      }
      text.append(aligned.toString().stripTrailing()).append('\n');
    }
  }
}
