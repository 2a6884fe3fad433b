// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What user code threw where a throw must not reach the caller: classifiers, listeners, exits. Each
 * is counted, the first is reported.
 */
final class Faults {
  private final Telemetry telemetry;
  private final Tags tags;
  private final AtomicLong count = new AtomicLong();

  Faults(Telemetry telemetry, Tags tags) {
    this.telemetry = telemetry;
    this.tags = tags;
    telemetry.counter("tenfold.resilience.faults", tags, count::get);
  }

  void report(String place, Throwable fault) {
    if (count.getAndIncrement() > 0) {
      return;
    }
    try {
      telemetry.event(
          "tenfold.resilience.fault",
          tags.and("place", place).and("type", fault.getClass().getName()));
    } catch (Throwable unheard) {
      count.getAndIncrement(); // who reports is in the middle of exits that must all run
    }
  }

  long count() {
    return count.get();
  }
}
