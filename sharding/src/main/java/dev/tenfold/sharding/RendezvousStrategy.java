// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Weighted rendezvous hashing, also called highest random weight: every shard bids for every key,
 * and the best bid wins. No strategy moves fewer keys when shards are added, removed or reweighted.
 *
 * <pre>{@code
 * RendezvousStrategy caches =
 *     RendezvousStrategy.of(Map.of(new ShardId("small"), 1, new ShardId("large"), 4));
 * ShardId shard = caches.route("user:42");
 * }</pre>
 *
 * <p>Bids. The bid of a shard is the product of two {@link StableHash}es modulo 2<sup>64</sup>, of
 * the key and of the id of the shard, each made odd. Among shards of one weight the highest bid
 * wins. Between weights the lowest -ln(bid / 2<sup>64</sup>) / weight wins, in fixed point: no
 * floating point decides a route. Ties, which two ids of equal hash can cause, go to the higher
 * bid, then to the lower id.
 *
 * <p><b>Guarantees.</b> If a shard is added, its share of the keys moves, all to that shard. If a
 * shard is removed, only its keys move, spread over the others by weight. If a weight changes, keys
 * move only to or from that shard. Shares follow the weights to 1.1e-6; the rest is sampling. The
 * order in which shards are given does not matter.
 *
 * <p><b>No guarantees.</b> A route is not constant time: from some hundred shards on, {@link
 * ShardRouter} takes a fraction of the time and moves as little.
 *
 * <p>Immutable and thread-safe; never blocks. A route takes a multiplication and a comparison per
 * shard, and one logarithm from a table of 2 KiB per distinct weight that can still win; the worst
 * case is a distinct weight for every shard. A route allocates nothing, except for the UTF-8 bytes
 * of text that is not all ASCII. A shard takes 16 to 24 bytes. {@link RendezvousCost} computes the
 * logarithms.
 *
 * <p>Source: D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", <a
 * href="https://doi.org/10.1109/90.663936">doi:10.1109/90.663936</a>, 1998; the weights: C.
 * Schindelhauer, G. Schomaker, "Weighted distributed hash tables", <a
 * href="https://doi.org/10.1145/1073970.1074008">doi:10.1145/1073970.1074008</a>, 2005.
 */
public final class RendezvousStrategy implements ShardStrategy {
  private final List<ShardId> shards; // by id
  private final ShardId[] bidders; // heaviest first, then by id

  /**
   * In the order of bidders, the sign flipped: the signed order of bids is their unsigned order.
   */
  private final long[] seeds;

  private final int[] weights; // distinct, descending
  private final int[] ends; // in the order of weights: the end of their bidders

  private RendezvousStrategy(SortedMap<ShardId, Integer> weightOf) {
    this.shards = List.copyOf(weightOf.keySet());
    List<Map.Entry<ShardId, Integer>> order = new ArrayList<>(weightOf.entrySet());
    order.sort(Map.Entry.comparingByValue(Comparator.reverseOrder())); // stable: ids stay in order
    int count = order.size();
    this.bidders = new ShardId[count];
    this.seeds = new long[count];
    int[] distinct = new int[count];
    int[] ending = new int[count];
    int classes = 0;
    for (int i = 0; i < count; i++) {
      int weight = order.get(i).getValue();
      bidders[i] = order.get(i).getKey();
      seeds[i] = (StableHash.hash(bidders[i].value()) | 1) ^ Long.MIN_VALUE;
      if (classes == 0 || distinct[classes - 1] != weight) {
        distinct[classes++] = weight;
      }
      ending[classes - 1] = i + 1;
    }
    this.weights = Arrays.copyOf(distinct, classes);
    this.ends = Arrays.copyOf(ending, classes);
  }

  /**
   * Returns a strategy over shards of equal weight.
   *
   * @param shards 1 to 4,096 shards, each once; the order does not matter
   * @return the strategy
   * @throws IllegalArgumentException if the number of shards is out of range, or a shard is listed
   *     twice
   */
  public static RendezvousStrategy of(List<ShardId> shards) {
    return new RendezvousStrategy(ShardList.equal(shards));
  }

  /**
   * Returns a strategy over weighted shards.
   *
   * @param weights 1 to 4,096 shards and their weights, from 1 to 1,000,000; a shard of weight 2
   *     has twice the keys of one of weight 1
   * @return the strategy
   * @throws IllegalArgumentException if the number of shards or a weight is out of range
   */
  public static RendezvousStrategy of(Map<ShardId, Integer> weights) {
    return new RendezvousStrategy(ShardList.weighted(weights));
  }

  /**
   * Returns the shards.
   *
   * @return an immutable list, ordered by id
   */
  @Override
  public List<ShardId> shards() {
    return shards;
  }

  @Override
  public ShardId route(Object key) {
    return winner(StableHash.hash(ShardKeys.require(key)));
  }

  @Override
  public ShardId route(long key) {
    return winner(StableHash.hash(key));
  }

  private ShardId winner(long hash) {
    long factor = hash | 1;
    int best = highest(factor, 0, ends[0]);
    return bidders[ends.length == 1 ? best : cheapest(factor, best)];
  }

  private int highest(long factor, int from, int to) {
    int best = from;
    long highest = factor * seeds[from];
    for (int i = from + 1; i < to; i++) {
      long bid = factor * seeds[i];
      if (bid > highest) {
        highest = bid;
        best = i;
      }
    }
    return best;
  }

  /** Compares the best bidder of the highest weight with the best bidder of every other weight. */
  private int cheapest(long factor, int heaviest) {
    int best = heaviest;
    long bestBid = factor * seeds[heaviest];
    long cost = RendezvousCost.of(bestBid ^ Long.MIN_VALUE, weights[0]);
    for (int w = 1; w < weights.length; w++) {
      int rival = highest(factor, ends[w - 1], ends[w]);
      long bid = factor * seeds[rival];
      if (!RendezvousCost.exceeds(bid ^ Long.MIN_VALUE, weights[w], cost)) {
        long rivalCost = RendezvousCost.of(bid ^ Long.MIN_VALUE, weights[w]);
        if (rivalCost < cost || (rivalCost == cost && wins(bid, rival, bestBid, best))) {
          cost = rivalCost;
          bestBid = bid;
          best = rival;
        }
      }
    }
    return best;
  }

  private boolean wins(long bid, int bidder, long otherBid, int other) {
    return bid != otherBid ? bid > otherBid : bidders[bidder].compareTo(bidders[other]) < 0;
  }

  @Override
  public String toString() {
    return "RendezvousStrategy" + shards;
  }
}
