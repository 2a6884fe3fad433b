// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.TimeSource;

/**
 * Decides whether listeners and telemetry may run on the calling thread. They may not on the timer,
 * and not on a thread that releases a permit and leads another call through its gates: these give
 * user code to {@link TimeSource#handOver}.
 */
final class UserCodeThread {
  private static final Ambient.Key<Boolean> LEADS_ANOTHER_CALL =
      Ambient.key("tenfold.resilience.leadsAnotherCall");

  private UserCodeThread() {}

  /** Runs the user code on this thread if that is allowed, else on a thread of the hand-over. */
  static void run(TimeSource time, Runnable userCode) {
    if (time.onTimer() || Boolean.TRUE.equals(Ambient.get(LEADS_ANOTHER_CALL))) {
      time.handOver().execute(() -> Ambient.run(LEADS_ANOTHER_CALL, false, userCode::run));
    } else {
      userCode.run();
    }
  }

  /** Runs the pipeline's own work for another call than the one of this thread. */
  static void leadAnotherCall(Runnable work) {
    Ambient.run(LEADS_ANOTHER_CALL, true, work::run);
  }
}
