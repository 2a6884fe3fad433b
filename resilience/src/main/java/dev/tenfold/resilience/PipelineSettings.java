// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The checked policies of a pipeline: the steps of a blocking call, and the segments of an
 * asynchronous call.
 */
final class PipelineSettings {
  final String name;
  final List<Policy> policies;
  final @Nullable Step first;
  final @Nullable AsyncSegment outer;
  final @Nullable Retry retry;
  final AsyncSegment inner;
  final TimeSource time;
  final boolean clocked;
  final @Nullable Executor executor;
  final UserCodeFaults faults;
  final @Nullable PipelineMetrics metrics;

  PipelineSettings(
      String name,
      List<Policy> policies,
      boolean anyOrder,
      @Nullable Executor executor,
      Telemetry telemetry) {
    this.name = name;
    this.policies = policies;
    this.executor = executor;
    refuseUnknown(name, policies);
    this.time = commonTime(name, policies);
    this.retry = onlyRetry(name, policies);
    if (!anyOrder) {
      refuseOrder(name, policies);
    }
    this.faults = new UserCodeFaults(telemetry, time, name, "pipeline");
    this.metrics =
        telemetry.equals(Telemetry.none())
            ? null
            : new PipelineMetrics(Registrations.noted(telemetry), name, faults);
    BlockingWait waits = new BlockingWait(time, faults);
    int at = retry == null ? 0 : policies.indexOf(retry);
    List<Policy> outside = policies.subList(0, at);
    long shortestOutside = shortestTimeoutNanos(outside);
    long shortest = shortestTimeoutNanos(policies);
    this.outer = at == 0 ? null : new AsyncSegment(name, outside, shortestOutside, time, faults);
    List<Policy> rest = policies.subList(retry == null ? 0 : at + 1, policies.size());
    this.inner = new AsyncSegment(name, rest, shortest, time, faults);
    this.clocked = metrics != null || policies.stream().anyMatch(PipelineSettings::clocked);
    Step guarded = steps(policies, waits, shortest, shortestOutside);
    this.first = metrics == null ? guarded : new MetricsStep(metrics, time, guarded);
  }

  /** Returns whether the policy needs the time at the beginning. */
  private static boolean clocked(Policy policy) {
    return policy instanceof Timeout
        || (policy instanceof Gate gate
            && (gate.needs() & (Gate.TIME_AT_ENTER | Gate.DURATION)) != 0);
  }

  /** Returns the duration of the shortest timeout; the largest value if there is none. */
  private static long shortestTimeoutNanos(List<Policy> policies) {
    long shortest = Long.MAX_VALUE;
    for (Policy policy : policies) {
      if (policy instanceof Timeout timeout) {
        shortest = Math.min(shortest, timeout.nanos());
      }
    }
    return shortest;
  }

  /**
   * Returns the steps of a blocking call, built from the innermost outwards.
   *
   * @param shortest the shortest timeout, for steps inside the retry or without one
   * @param shortestOutside the shortest timeout outside the retry, for steps outside it
   */
  private @Nullable Step steps(
      List<Policy> policies, BlockingWait waits, long shortest, long shortestOutside) {
    Step next = null;
    boolean gatesInside = false;
    boolean refusesInside = false;
    long around = shortest;
    int end = policies.size();
    while (end > 0) {
      Policy last = policies.get(end - 1);
      if (last instanceof Gate) {
        int begin = end - 1;
        while (begin > 0
            && end - begin < GateStep.MAX_GATES
            && policies.get(begin - 1) instanceof Gate) {
          begin--;
        }
        List<PipelineGate> run =
            policies.subList(begin, end).stream()
                .map(each -> ForeignGate.pipelineGate((Gate) each, faults))
                .toList();
        next = new GateStep(run, waits, clocked, gatesInside, refusesInside, around, next);
        gatesInside = true;
        refusesInside = true;
        end = begin;
      } else if (last instanceof Retry one) {
        next = new RetryStep(one, time, clocked, next);
        around = shortestOutside;
        end--;
      } else {
        next = new TimeoutStep(name, (Timeout) last, time, faults, refusesInside, around, next);
        refusesInside = true;
        end--;
      }
    }
    return next;
  }

  /**
   * Returns whether the fallback replaces the error.
   *
   * @param error unwrapped
   */
  boolean standsIn(Fallback<?> fallback, Exception error) {
    if (CallErrors.interrupts(error) || error instanceof CancellationException) {
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
    var seen = new IdentityHashMap<Object, Policy>();
    for (Policy policy : policies) {
      Objects.requireNonNull(policy, "policy");
      boolean known =
          policy instanceof Gate || policy instanceof Retry || policy instanceof Timeout;
      if (!known) {
        throw refused(
            name, policy + " (" + policy.getClass().getName() + ") is no Gate, Retry or Timeout");
      }
      Policy before =
          seen.put(policy instanceof RateLimiter limiter ? limiter.shared() : policy, policy);
      if (policy.equals(before)) {
        throw refused(name, policy + " is there twice: a call would wait for itself");
      }
      if (before != null) {
        throw refused(
            name,
            before + " and " + policy + " share the same rate: a call would pay twice, keep one");
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

  private static @Nullable Retry onlyRetry(String name, List<Policy> policies) {
    Retry only = null;
    for (Policy policy : policies) {
      if (policy instanceof Retry next) {
        if (only != null) {
          throw refused(name, only + " and " + next + " would multiply their attempts: keep one");
        }
        only = next;
      }
    }
    return only;
  }

  private static void refuseOrder(String name, List<Policy> policies) {
    Timeout timeout = null;
    CircuitBreaker breaker = null;
    for (Policy policy : policies) {
      if (policy instanceof Retry retry && breaker != null) {
        throw refused(
            name,
            breaker
                + " stands outside "
                + retry
                + ": it would count several attempts as one call, and an open breaker would not"
                + " stop the retries. Put the retry first, or build with anyOrder()");
      } else if (policy instanceof CircuitBreaker outermost && breaker == null) {
        breaker = outermost;
      } else if (policy instanceof Timeout next) {
        if (timeout != null && next.nanos() >= timeout.nanos()) {
          throw refused(
              name,
              next
                  + " can never fire inside "
                  + timeout
                  + ": make the inner shorter, or build with anyOrder()");
        }
        timeout = next;
      }
    }
  }

  private static IllegalArgumentException refused(String name, String why) {
    return new IllegalArgumentException("pipeline " + name + ": " + why);
  }
}
