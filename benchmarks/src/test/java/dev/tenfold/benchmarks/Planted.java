// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.core.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A suite of made-up arms with made-up figures: what a run would see on a machine we choose. */
final class Planted implements Suite, Meter {
  static final Arm FLOOR = arm("floor");
  static final Arm OURS = arm("ours");
  static final Arm PEER = arm("peer");
  static final Arm OTHER = arm("other");

  final Map<Arm, double[]> figures = new HashMap<>();
  final List<Arm> measured = new ArrayList<>();
  double allocated;
  List<Row> more = List.of();
  Supplier<String> appendix = () -> "";
  Runnable whileMeasuring = () -> {};

  /** Ours costs exactly floor + 2 and less than the peer. */
  Planted() {
    figures.put(FLOOR, new double[] {10, 11, 12, 13, 14, 15, 16, 17, 18, 19});
    figures.put(OURS, new double[] {12, 13, 14, 15, 16, 17, 18, 19, 20, 21});
    figures.put(PEER, new double[] {40});
    figures.put(OTHER, new double[] {30});
  }

  static Arm.Timed arm(String name) {
    return Arm.timed(name, Planted.class, name);
  }

  static List<Arm> arms(int count) {
    List<Arm> arms = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      arms.add(arm("arm " + i));
    }
    return arms;
  }

  static Round round(double floor, double ours, double peer, double allocated) {
    return new Round(
        Map.of(
            FLOOR, new Sample(floor, 0),
            OURS, new Sample(ours, allocated),
            PEER, new Sample(peer, 0)));
  }

  @Override
  public String name() {
    return "planted";
  }

  @Override
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>(more);
    rows.add(
        Row.of("a call", OURS)
            .peers(PEER)
            .within(Budget.sum(FLOOR).plus(3))
            .aheadOf(PEER)
            .allocatesNothing()
            .note("The peer does more.")
            .build());
    return rows;
  }

  @Override
  public List<Arm> floors() {
    return List.of();
  }

  @Override
  public String appendix(TimeSource time) {
    return appendix.get();
  }

  @Override
  public String description() {
    return "figures that were made up";
  }

  @Override
  public void writeJmhResults(Path file) throws IOException {
    Files.writeString(file, measured.size() + " forks");
  }

  /** Returns the arm's figures in turn. */
  @Override
  public Sample measure(Arm arm, Timing timing) {
    whileMeasuring.run();
    long before = measured.stream().filter(arm::equals).count();
    measured.add(arm);
    double[] values = figures.get(arm);
    return new Sample(values[(int) (before % values.length)], allocated);
  }
}
