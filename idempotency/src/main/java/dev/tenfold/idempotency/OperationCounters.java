// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** The counters of the operations of one name in this process. */
final class OperationCounters {
  final LongAdder executed = new LongAdder();
  final LongAdder replayed = new LongAdder();
  final LongAdder inFlight = new LongAdder();
  final LongAdder mismatch = new LongAdder();
  final LongAdder unstorable = new LongAdder();
  final LongAdder unavailable = new LongAdder();

  /** Set when a result that could not be stored was logged. Further ones are counted only. */
  final AtomicBoolean unstorableLogged = new AtomicBoolean();

  private final List<Registration> registrations = new ArrayList<>();

  OperationCounters(String operation, Telemetry telemetry) {
    Tags tags = Tags.of("operation", operation);
    outcome(telemetry, tags, "executed", executed);
    outcome(telemetry, tags, "replayed", replayed);
    outcome(telemetry, tags, "in_flight", inFlight);
    outcome(telemetry, tags, "mismatch", mismatch);
    counter(telemetry, "tenfold.idempotency.results.unstorable", tags, unstorable);
    counter(telemetry, "tenfold.idempotency.results.unavailable", tags, unavailable);
  }

  private void outcome(Telemetry telemetry, Tags tags, String outcome, LongAdder count) {
    counter(telemetry, "tenfold.idempotency.executions", tags.and("outcome", outcome), count);
  }

  private void counter(Telemetry telemetry, String name, Tags tags, LongAdder count) {
    registrations.add(telemetry.counter(name, tags, count::sum));
  }

  void close() {
    registrations.forEach(Registration::close);
  }
}
