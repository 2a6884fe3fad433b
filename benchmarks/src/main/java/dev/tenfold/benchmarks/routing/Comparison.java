// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import dev.tenfold.core.TimeSource;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A comparison of all placements by three criteria of the public benchmark of consistent hashing in
 * Java: balance, monotonicity and resizing. The other two criteria, look-up and memory, are rows of
 * the suite.
 *
 * @see <a href="https://github.com/SUPSI-DTI-ISIN/java-consistent-hashing-algorithms">the
 *     benchmark</a>
 */
final class Comparison {
  private static final int KEYS_PER_NODE = 1000;

  private static final String HEAD =
      """
      Balance, monotonicity and resizing, %,d keys per node. Only the times depend on the machine.
      """;
  private static final String LEGEND =
      """
      max/mean: keys on the fullest node over the mean. by weight: keys on the fullest node over the
      share of its weight, weights 1 to 4. 10% gone: max/mean after every tenth node was removed.
      moved: keys moved by adding a node, over keys / nodes. misplaced: share of keys that the addition
      moved to another node than the new one. disturbed: share of keys that moved when the middle node
      was removed though they were on another; a library that numbers its nodes has to renumber them.
      add, remove: median of 9, a rough figure.
      """;

  private Comparison() {}

  /** Returns a table for each number of nodes. */
  static String of(TimeSource time, int... sizes) {
    StringBuilder text =
        new StringBuilder("\n").append(String.format(Locale.ROOT, HEAD, KEYS_PER_NODE));
    for (int nodes : sizes) {
      long[] keys = new SplittableRandom(nodes).longs((long) nodes * KEYS_PER_NODE).toArray();
      text.append(heading(nodes));
      for (Placement placement : Placement.values()) {
        text.append(line(placement, Trial.of(placement, nodes, keys, time)));
      }
    }
    return text.append('\n').append(LEGEND).append('\n').toString();
  }

  private static String heading(int nodes) {
    return String.format(
        Locale.ROOT,
        "\n%-34s %8s %9s %8s %6s %9s %9s %10s %10s\n",
        String.format(Locale.ROOT, "%,d nodes", nodes),
        "max/mean",
        "by weight",
        "10% gone",
        "moved",
        "misplaced",
        "disturbed",
        "add",
        "remove");
  }

  private static String line(Placement placement, Trial trial) {
    return String.format(
        Locale.ROOT,
        "  %-32s %8.3f %9s %8.3f %6.3f %8.2f%% %8.2f%% %7.1f µs %7.1f µs\n",
        placement.label(),
        trial.fullest(),
        placement.takesWeights()
            ? String.format(Locale.ROOT, "%.3f", trial.fullestByWeight())
            : "-",
        trial.fullestAfterLoss(),
        trial.moved(),
        100 * trial.misplaced(),
        100 * trial.disturbed(),
        trial.addNanos() / 1e3,
        trial.removeNanos() / 1e3);
  }
}
