// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.CheckedRunnable;
import dev.tenfold.testkit.PostgresServer;
import dev.tenfold.testkit.RedisFixture;
import java.util.List;

/** The five faults of the demo, at fixed fractions of the run. */
final class DemoFaults {
  private DemoFaults() {}

  static List<Fault> of(
      double seconds,
      PaymentProvider payments,
      PostgresServer standby,
      RedisFixture redis,
      InstanceProcess instance,
      Failover failover) {
    return List.of(
        fault(
            "A",
            "Payments are slow",
            "Most charges take 1.5 to 4 seconds, longer than the timeout of the service.",
            seconds * 0.08,
            seconds * 0.25,
            () -> payments.slow(true),
            () -> payments.slow(false)),
        fault(
            "B",
            "A standby stops following",
            "The standby of shard s1 still answers, but no longer replays the writes of its primary.",
            seconds * 0.32,
            seconds * 0.46,
            standby::pauseReplay,
            standby::resumeReplay),
        fault(
            "C",
            "Redis is killed",
            "The shared cache is killed with all its data, and restarts empty.",
            seconds * 0.51,
            seconds * 0.60,
            redis::kill,
            redis::restart),
        fault(
            "D",
            "An instance is killed",
            "One of the two service processes is killed by kill -9 under load, and is restarted.",
            seconds * 0.65,
            seconds * 0.74,
            instance::kill,
            () -> {
              instance.launch();
              instance.awaitReady();
            }),
        fault(
            "E",
            "A primary is lost",
            "The primary of shard s0 is killed by kill -9, its standby is promoted, and the old primary"
                + " is rebuilt as a standby.",
            seconds * 0.78,
            seconds * 0.88,
            failover::losePrimary,
            failover::rebuildStandby));
  }

  private static Fault fault(
      String letter,
      String title,
      String story,
      double from,
      double to,
      CheckedRunnable<Exception> begin,
      CheckedRunnable<Exception> end) {
    return new Fault(new Fault.Window(letter, title, story, from, to), begin, end);
  }
}
