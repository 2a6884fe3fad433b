// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.CheckedRunnable;
import dev.tenfold.testkit.PostgresServer;
import dev.tenfold.testkit.RedisFixture;
import java.util.List;

/** The four faults, at fixed shares of the run. */
final class DemoFaults {
  private DemoFaults() {}

  static List<Fault> of(
      double seconds,
      PaymentProvider payments,
      PostgresServer standby,
      RedisFixture redis,
      InstanceProcess instance) {
    return List.of(
        fault(
            "A",
            "Payments are slow",
            "Most charges take 1.5 to 4 seconds, longer than the service is willing to wait.",
            seconds * 0.10,
            seconds * 0.28,
            () -> payments.slow(true),
            () -> payments.slow(false)),
        fault(
            "B",
            "A standby stops following",
            "The standby of shard s1 still answers, but no longer repeats what its primary writes.",
            seconds * 0.34,
            seconds * 0.50,
            standby::pauseReplay,
            standby::resumeReplay),
        fault(
            "C",
            "Redis is killed",
            "The shared cache dies with everything in it, and comes back empty.",
            seconds * 0.56,
            seconds * 0.66,
            redis::kill,
            redis::restart),
        fault(
            "D",
            "An instance is killed",
            "One of the two service processes gets kill -9 in the middle of its work, and is started"
                + " again.",
            seconds * 0.72,
            seconds * 0.82,
            instance::kill,
            () -> {
              instance.launch();
              instance.awaitReady();
            }));
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
