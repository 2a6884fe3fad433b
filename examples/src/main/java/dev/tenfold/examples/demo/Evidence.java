// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.examples.TopologyStamp;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Everything the promises are checked against, collected after the drain.
 *
 * @param answered the bookings that clients were told about
 * @param repeats requests that repeated an unanswered booking
 * @param rows every booking in every shard
 * @param versions per user the counter that the booking's transaction raises
 * @param routing the topology that was published last, and those that the instances route by
 * @param home the shard on which a user belongs by the published topology
 * @param shardBytes what each shard's tables and indexes take on disk
 * @param charges booking id to cents, from the payment provider's books
 * @param repeatedCharges charge requests that the provider recognised as repeated
 * @param standbys what each standby holds
 * @param staleness one entry per kind of read
 * @param held what must be zero after the drain, by name
 * @param faultTraces per fault what it was seen to do, empty if nothing was seen
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
    Map<String, Long> held,
    Map<String, String> faultTraces) {

  /** How many instances there are. */
  static final int INSTANCES = 2;

  /** What a client was told. */
  record Answer(String key, String booking, long user, long amountCents, long version) {}

  /** What a shard holds. */
  record Row(String shard, String id, String key, long user, long amountCents, String status) {}

  /**
   * By which topology the instances route.
   *
   * @param published what the file says
   * @param instances what each instance says that answers
   * @param publishedSecond when the file was replaced, in seconds of the run
   * @param followedSeconds how long until all instances routed by it, NaN if that was not seen
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

  /** A standby beside its primary. */
  record Standby(String name, String primaryChecksum, String standbyChecksum) {}

  /** How far behind one kind of read was. */
  record Staleness(
      String title,
      String promise,
      double boundSeconds,
      long reads,
      long behind,
      double stalestSeconds) {}
}
