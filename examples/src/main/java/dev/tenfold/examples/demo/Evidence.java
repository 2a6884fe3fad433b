// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.examples.TopologyStamp;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * The data that the promises are checked against, collected after the drain.
 *
 * @param answered the bookings that clients got as answers
 * @param repeats the number of requests that repeated an unanswered booking
 * @param rows all bookings in all shards
 * @param versions per user the counter that the transaction of a booking increments
 * @param routing the topology that was published last, and those that the instances route by
 * @param home the shard of a user by the published topology
 * @param shardBytes the size of the tables and indexes of each shard on disk
 * @param charges the charged cents by booking id, from the payment provider
 * @param repeatedCharges the number of charge requests that the provider recognised as repeated
 * @param standbys the checksums of the standbys and their primaries
 * @param staleness one entry per kind of read
 * @param takeover the loss of a primary and the promotion of its standby
 * @param held the counters that must be zero after the drain, by name
 * @param faultTraces the visible effect of each fault, empty if there was none
 */
record Evidence(
    List<Answer> answered,
    long repeats,
    List<Row> rows,
    Map<Long, Long> versions,
    Routing routing,
    LongFunction<String> home,
    Map<String, Long> shardBytes,
    Map<String, Long> charges,
    long repeatedCharges,
    List<Standby> standbys,
    List<Staleness> staleness,
    Takeover takeover,
    Map<String, Long> held,
    Map<String, String> faultTraces) {

  /** The number of instances. */
  static final int INSTANCES = 2;

  /** A booking as a client got it. */
  record Answer(
      String key, String booking, long user, long amountCents, long version, Moment moment) {}

  /**
   * The attempt that got the answer. All times are readings of the clock of the load generator.
   *
   * @param instance the instance that answered
   */
  record Moment(String instance, long sentNanos, long answeredNanos) {}

  /** A booking as a shard stores it. */
  record Row(String shard, String id, String key, long user, long amountCents, String status) {}

  /**
   * The topologies by which the instances route.
   *
   * @param published the topology in the file
   * @param instances the topology of each instance that answers
   * @param publishedSecond the second of the run at which the file was replaced
   * @param followedSeconds the time until all instances routed by the file, NaN if unknown
   */
  record Routing(
      TopologyStamp published,
      Map<String, TopologyStamp> instances,
      double publishedSecond,
      double followedSeconds) {

    boolean agreed() {
      return instances.size() == INSTANCES
          && instances.values().stream().allMatch(published::equals);
    }
  }

  /** The checksums of a standby and its primary. */
  record Standby(String name, String primaryChecksum, String standbyChecksum) {}

  /**
   * The staleness of one kind of read.
   *
   * @param servedByStandbys whether at least one of the reads must be served by a standby
   * @param fromStandbys the reads that a standby served
   * @param behind the reads that were stale at all
   */
  record Staleness(
      String title,
      String promise,
      double boundSeconds,
      long reads,
      boolean servedByStandbys,
      long fromStandbys,
      long behind,
      double stalestSeconds) {}
}
