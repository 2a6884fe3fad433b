// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

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
 * @param home the shard on which a user belongs
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
    LongFunction<String> home,
    Map<String, Long> charges,
    long repeatedCharges,
    List<Standby> standbys,
    List<Staleness> staleness,
    Map<String, Long> held,
    Map<String, String> faultTraces) {

  /** What a client was told. */
  record Answer(String key, String booking, long user, long amountCents, long version) {}

  /** What a shard holds. */
  record Row(String shard, String id, String key, long user, long amountCents, String status) {}

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
