// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The checked and sorted policies of a pipeline: what is outside the retry, and what inside. */
final class Plan {
  final String name;
  final @Nullable Segment outer;
  final @Nullable Retry retry;
  final Segment inner;
  final TimeSource time;
  final Executor executor;
  final Faults faults;

  Plan(String name, List<Policy> policies, Executor executor, Faults faults) {
    this.name = name;
    this.executor = executor;
    this.faults = faults;
    refuseUnknown(name, policies);
    this.time = commonTime(name, policies);
    refuseOrder(name, policies);
    int at = 0;
    Retry found = null;
    for (int i = 0; i < policies.size(); i++) {
      if (policies.get(i) instanceof Retry one) {
        found = one;
        at = i;
      }
    }
    this.retry = found;
    this.outer = at == 0 ? null : new Segment(name, policies.subList(0, at), time, faults);
    List<Policy> rest = policies.subList(found == null ? 0 : at + 1, policies.size());
    this.inner = new Segment(name, rest, time, faults);
  }

  /** Whether the fallback answers for this. */
  boolean standsIn(Fallback<?> fallback, Exception error) {
    if (Endings.interrupts(error) || error instanceof CancellationException) {
      return false;
    }
    try {
      return fallback.standsInFor(error);
    } catch (Throwable fault) {
      faults.report("fallback", fault);
      return false;
    }
  }

  private static void refuseUnknown(String name, List<Policy> policies) {
    var seen = new IdentityHashMap<Policy, Boolean>();
    for (Policy policy : policies) {
      Objects.requireNonNull(policy, "policy");
      boolean known =
          policy instanceof Gate || policy instanceof Retry || policy instanceof Timeout;
      if (!known) {
        throw refused(
            name, policy + " (" + policy.getClass().getName() + ") is no Gate, Retry or Timeout");
      }
      if (seen.put(policy, true) != null) {
        throw refused(name, policy + " is there twice: a call would wait for itself");
      }
    }
  }

  private static TimeSource commonTime(String name, List<Policy> policies) {
    TimeSource common = null;
    Policy owner = null;
    for (Policy policy : policies) {
      TimeSource time = policy.timeSource();
      if (time == null) {
        continue;
      }
      if (common != null && !common.equals(time)) {
        throw refused(
            name,
            owner + " lives by " + common + " but " + policy + " by " + time + ": choose one");
      }
      common = time;
      owner = policy;
    }
    return common == null ? TimeSource.system() : common;
  }

  private static void refuseOrder(String name, List<Policy> policies) {
    Retry retry = null;
    Timeout timeout = null;
    var breakers = new ArrayList<CircuitBreaker>();
    for (Policy policy : policies) {
      if (policy instanceof Retry next) {
        if (retry != null) {
          throw refused(name, retry + " and " + next + " would multiply their attempts: keep one");
        }
        if (!breakers.isEmpty()) {
          throw refused(
              name,
              breakers.get(0)
                  + " stands outside "
                  + next
                  + ": it would count several attempts as one call, and an open breaker would not"
                  + " stop the retries. Put the retry first");
        }
        retry = next;
      } else if (policy instanceof CircuitBreaker breaker) {
        breakers.add(breaker);
      } else if (policy instanceof Timeout next) {
        if (timeout != null && next.nanos() >= timeout.nanos()) {
          throw refused(
              name, next + " can never fire inside " + timeout + ": the inner must be shorter");
        }
        timeout = next;
      }
    }
  }

  private static IllegalArgumentException refused(String name, String why) {
    return new IllegalArgumentException("pipeline " + name + ": " + why);
  }
}
