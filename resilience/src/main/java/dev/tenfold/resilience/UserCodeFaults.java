// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The throws of user code that must not reach the caller: of classifiers, listeners and exits. Each
 * throw is counted, and the first is reported to the telemetry.
 */
final class UserCodeFaults {
  private static final VarHandle COUNT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "count", VarHandle.class, UserCodeFaults.class, long.class);

  private final Telemetry telemetry;
  private final TimeSource time;
  private final String name;
  private final String policy;
  private volatile long count;

  /**
   * Creates the counter.
   *
   * @param time of the policy, whose timer does not run the telemetry
   */
  UserCodeFaults(Telemetry telemetry, TimeSource time, String name, String policy) {
    this.telemetry = Registrations.noted(telemetry);
    this.time = time;
    this.name = name;
    this.policy = policy;
    this.telemetry.counter("tenfold.resilience.faults", tags(), this::count);
  }

  // Created on demand: there may be a breaker per host, and tags take memory.
  private Tags tags() {
    return Tags.of("name", name).and("policy", policy);
  }

  /**
   * Returns a verdict of user code. {@link Verdict#ABANDONED} is reported as a fault and becomes
   * null, the default verdict, because only the pipeline knows whether a call ran to its end.
   */
  @Nullable Verdict checked(String place, @Nullable Verdict verdict) {
    if (verdict != Verdict.ABANDONED) {
      return verdict;
    }
    report(place, "verdict ABANDONED");
    return null;
  }

  void report(String place, Throwable fault) {
    report(place, fault.getClass().getName());
  }

  private void report(String place, String type) {
    if ((long) COUNT.getAndAdd(this, 1L) > 0) {
      return;
    }
    try {
      UserCodeThread.run(time, () -> tell(place, type));
    } catch (Throwable unheard) {
      COUNT.getAndAdd(this, 1L); // the caller is in the middle of exits that must all run
    }
  }

  private void tell(String place, String type) {
    try {
      telemetry.event("tenfold.resilience.fault", tags().and("place", place).and("type", type));
    } catch (Throwable unheard) {
      COUNT.getAndAdd(this, 1L);
    }
  }

  /** Returns the time. A clock that throws must not keep the gates from their exits. */
  long nowOr(long fallback) {
    try {
      return time.nanoTime();
    } catch (Throwable fault) {
      report("clock", fault);
      return fallback;
    }
  }

  long count() {
    return count;
  }
}
