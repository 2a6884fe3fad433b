// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import dev.tenfold.core.TimeSource;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The figures of one placement when nodes are added and removed. Only the times depend on the
 * machine.
 *
 * @param fullest the keys on the fullest node over the mean
 * @param fullestByWeight the same with weights 1, 2, 3, 4 in turn, over the share of the weight;
 *     NaN without weights
 * @param fullestAfterLoss the keys on the fullest node over the mean, without every tenth node
 * @param moved the keys that the addition of a node moved, over keys / nodes
 * @param misplaced the share of keys that the addition moved to another node than the new one
 * @param disturbed the share of keys that the removal of the middle node moved though they were on
 *     another node
 * @param addNanos the median time of an addition
 * @param removeNanos the median time of the removal of that node
 */
record Trial(
    double fullest,
    double fullestByWeight,
    double fullestAfterLoss,
    double moved,
    double misplaced,
    double disturbed,
    long addNanos,
    long removeNanos) {

  private static final int HEAVIEST = 4;
  private static final int LOST_OF = 10;
  private static final int RESIZES = 9;

  static Trial of(Placement placement, int nodes, long[] keys, TimeSource time) {
    int[] equal = weights(nodes, 1);
    Cluster cluster = placement.cluster(equal);
    int[] before = route(cluster, keys);

    cluster.add(nodes);
    int[] grown = route(cluster, keys);
    long moved = count(keys, i -> grown[i] != before[i]);
    long misplaced = count(keys, i -> grown[i] != before[i] && grown[i] != nodes);

    int lost = nodes / 2;
    Cluster shrinking = placement.cluster(equal);
    shrinking.remove(lost);
    int[] shrunk = route(shrinking, keys);
    long disturbed = count(keys, i -> shrunk[i] != before[i] && before[i] != lost);

    long[] nanos = resize(placement.cluster(equal), nodes, time);
    return new Trial(
        fullest(before, equal),
        placement.takesWeights() ? byWeight(placement, nodes, keys) : Double.NaN,
        afterLoss(placement.cluster(equal), equal, keys),
        moved / ((double) keys.length / (nodes + 1)),
        (double) misplaced / keys.length,
        (double) disturbed / keys.length,
        nanos[0],
        nanos[1]);
  }

  private static int[] weights(int nodes, int heaviest) {
    int[] weights = new int[nodes];
    Arrays.setAll(weights, node -> 1 + node % heaviest);
    return weights;
  }

  private static int[] route(Cluster cluster, long[] keys) {
    int[] nodes = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      nodes[i] = cluster.route(keys[i]);
    }
    return nodes;
  }

  private static long count(long[] keys, IntPredicate of) {
    return IntStream.range(0, keys.length).filter(of).count();
  }

  private static double byWeight(Placement placement, int nodes, long[] keys) {
    int[] weights = weights(nodes, HEAVIEST);
    return fullest(route(placement.cluster(weights), keys), weights);
  }

  private static double afterLoss(Cluster cluster, int[] weights, long[] keys) {
    int[] left = weights.clone();
    for (int node = LOST_OF / 2; node < left.length; node += LOST_OF) {
      cluster.remove(node);
      left[node] = 0;
    }
    return fullest(route(cluster, keys), left);
  }

  /** Returns the greatest ratio of keys to the share of the weight. Weight 0: removed. */
  private static double fullest(int[] owners, int[] weights) {
    int[] keys = new int[weights.length];
    for (int owner : owners) {
      keys[owner]++;
    }
    double each = (double) owners.length / Arrays.stream(weights).sum();
    double fullest = 0;
    for (int node = 0; node < weights.length; node++) {
      if (weights[node] == 0 && keys[node] > 0) {
        throw new IllegalStateException(
            keys[node] + " keys are on node " + node + ", which was removed");
      }
      if (weights[node] > 0) {
        fullest = Math.max(fullest, keys[node] / (each * weights[node]));
      }
    }
    return fullest;
  }

  /** Returns medians, since the first changes run code that is not compiled yet. */
  private static long[] resize(Cluster cluster, int node, TimeSource time) {
    long[] add = new long[RESIZES];
    long[] remove = new long[RESIZES];
    for (int i = 0; i < RESIZES; i++) {
      long before = time.nanoTime();
      cluster.add(node);
      long between = time.nanoTime();
      cluster.remove(node);
      add[i] = between - before;
      remove[i] = time.nanoTime() - between;
    }
    Arrays.sort(add);
    Arrays.sort(remove);
    return new long[] {add[RESIZES / 2], remove[RESIZES / 2]};
  }
}
