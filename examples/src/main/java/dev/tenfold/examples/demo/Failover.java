// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * The loss of a primary under load, as operators see it: they notice, promote the standby, and
 * later rebuild the old primary as its standby. The instances are told nothing.
 */
final class Failover {
  private static final Duration NOTICED_AFTER = Duration.ofMillis(500);

  private final TimeSource time;
  private final Backends backends;
  private final String shard;
  private final Duration bound;
  private volatile boolean wasSynchronous;
  private volatile long lostNanos = Long.MAX_VALUE;
  private volatile long promotedNanos = Long.MAX_VALUE;

  /**
   * Prepares the failover.
   *
   * @param bound the time from the promotion within which bookings must be answered again
   */
  Failover(TimeSource time, Backends backends, String shard, Duration bound) {
    this.time = time;
    this.backends = backends;
    this.shard = shard;
    this.bound = bound;
  }

  /** Kills the primary, and promotes its standby a moment later. */
  void losePrimary() throws SQLException, InterruptedException {
    wasSynchronous = backends.isSynchronous(shard);
    lostNanos = time.nanoTime();
    backends.primary(shard).kill();
    time.sleep(NOTICED_AFTER.toNanos());
    backends.promote(shard);
    promotedNanos = time.nanoTime();
  }

  /** Rebuilds the old primary as the standby of the new one. */
  void rebuildStandby() {
    backends.rebuildStandby(shard);
  }

  /**
   * Returns what happened.
   *
   * @param home the shard of a user
   */
  Takeover takeover(Collection<Evidence.Answer> answers, LongFunction<String> home) {
    return takeover(
        shard, wasSynchronous, lostNanos, promotedNanos, bound.toNanos() / 1e9, answers, home);
  }

  /**
   * Finds in the answers when the service was back.
   *
   * @param lostNanos when the primary was killed, by the clock of the load generator
   * @param promotedNanos when the standby took writes
   * @param home the shard of a user
   */
  static Takeover takeover(
      String shard,
      boolean wasSynchronous,
      long lostNanos,
      long promotedNanos,
      double boundSeconds,
      Collection<Evidence.Answer> answers,
      LongFunction<String> home) {
    Map<String, Long> first = new HashMap<>();
    for (Evidence.Answer answer : answers) {
      Evidence.Moment moment = answer.moment();
      if (moment.sentNanos() > lostNanos && home.apply(answer.user()).equals(shard)) {
        first.merge(moment.instance(), moment.answeredNanos(), Math::min);
      }
    }
    double back =
        first.size() < Evidence.INSTANCES
            ? Double.POSITIVE_INFINITY
            : (Collections.max(first.values()) - promotedNanos) / 1e9;
    return new Takeover(
        shard, wasSynchronous, (promotedNanos - lostNanos) / 1e9, back, boundSeconds);
  }
}
