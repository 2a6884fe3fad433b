// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The report as JSON, with the figures of every round, so that a reader can compute anew. */
final class Json {
  private Json() {}

  private record Document(
      String suite,
      boolean quick,
      String began,
      double tookSeconds,
      Machine machine,
      int roundsScheduled,
      int rounds,
      String timing,
      List<ArmFigures> floors,
      List<RowFigures> rows) {}

  private record ArmFigures(
      String name,
      @Nullable String benchmark,
      Map<String, String> params,
      int threads,
      String unit,
      List<@Nullable Double> values,
      List<@Nullable Double> allocatedBytes) {}

  private record RowFigures(
      String name,
      ArmFigures ours,
      List<ArmFigures> peers,
      List<ClaimFigures> claims,
      List<String> notes) {}

  private record ClaimFigures(
      String claim,
      String figure,
      String unit,
      double limit,
      List<@Nullable Double> values,
      @Nullable Double mean,
      @Nullable Double low,
      @Nullable Double high,
      String result) {}

  static String of(Report report) {
    JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    return mapper.writeValueAsString(
        new Document(
            report.suite(),
            report.schedule().quick(),
            report.began().toString(),
            report.took().toMillis() / 1000.0,
            report.machine(),
            report.schedule().rounds(),
            report.rounds().size(),
            report.schedule().timing().toString(),
            report.floors().stream().map(floor -> arm(report, floor)).toList(),
            report.rows().stream().map(row -> row(report, row)).toList()));
  }

  private static RowFigures row(Report report, Row row) {
    return new RowFigures(
        row.name(),
        arm(report, row.ours()),
        row.peers().stream().map(peer -> arm(report, peer)).toList(),
        row.claims().stream().map(claim -> claim(report, claim)).toList(),
        row.notes());
  }

  private static ArmFigures arm(Report report, Arm arm) {
    Arm.@Nullable Timed timed = arm instanceof Arm.Timed t ? t : null;
    return new ArmFigures(
        arm.name(),
        timed == null ? null : timed.benchmark(),
        timed == null ? Map.of() : timed.params(),
        timed == null ? 1 : timed.threads(),
        arm.unit(),
        report.rounds().stream().map(round -> finite(round.of(arm).value())).toList(),
        report.rounds().stream().map(round -> finite(round.of(arm).allocated())).toList());
  }

  private static ClaimFigures claim(Report report, Claim claim) {
    double[] figures = claim.figures(report.rounds());
    Interval interval = Interval.of(figures);
    return new ClaimFigures(
        claim.text(),
        claim.figure(),
        claim.unit(),
        claim.limit(),
        Arrays.stream(figures).mapToObj(Json::finite).toList(),
        finite(interval.mean()),
        finite(interval.low()),
        finite(interval.high()),
        report.result(claim));
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
