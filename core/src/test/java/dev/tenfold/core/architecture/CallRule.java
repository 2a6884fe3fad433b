// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Rule 4: time, sleep, park, timers and randomness come in from outside. Main classes do not call
 * the JDK's own. Any method outside Tenfold that takes a {@code long} with a {@link TimeUnit} is
 * taken for a timed wait or a timer: that covers locks, conditions, queues, latches, futures,
 * executors and processes, and whatever a library adds.
 */
final class CallRule implements Rule {
  private static final String WAIT = "wait through a TimeSource";
  private static final String CLOCK = "take a TimeSource or an InstantSource";
  private static final String RANDOM = "take a RandomGenerator";

  private static final Calls CALLS =
      new Calls("calls")
          .forbid("java.lang.System", "nanoTime|currentTimeMillis", CLOCK)
          .forbid(CallRule::isNow, CLOCK)
          .forbid("java.time.Clock", "system.*|tick.*", Calls::isWithoutClock, CLOCK)
          .forbid("java.time.InstantSource", "system", CLOCK)
          .forbid("java.util.Date", "<init>", Calls::hasNoParameters, CLOCK)
          .forbid("java.util.Calendar", "getInstance|<init>", CLOCK)
          .forbid("java.lang.Thread", "sleep", WAIT)
          .forbid("java.lang.Thread", "join", call -> !Calls.hasNoParameters(call), WAIT)
          .forbid("java.util.concurrent.TimeUnit", "sleep|timedJoin|timedWait", WAIT)
          .forbid("java.util.concurrent.locks.LockSupport", "parkNanos|parkUntil", WAIT)
          .forbid("java.util.concurrent.locks.Condition", "awaitNanos|awaitUntil", WAIT)
          .forbid("java.util.concurrent.locks.AbstractQueuedSynchronizer", "try.*Nanos", WAIT)
          .forbid("java.util.concurrent.locks.AbstractQueuedLongSynchronizer", "try.*Nanos", WAIT)
          .forbid(CallRule::isMonitorWait, "use a Condition, or wait through a TimeSource")
          .forbid(CallRule::isTimed, WAIT)
          .forbid("java.util.Timer", "<init>", "use TimeSource.schedule")
          .forbid(
              "java.util.concurrent.ScheduledThreadPoolExecutor",
              "<init>",
              "use TimeSource.schedule")
          .forbid("java.util.concurrent.Executors", "new.*Scheduled.*", "use TimeSource.schedule")
          .forbid("java.lang.Math", "random", RANDOM)
          .forbid("java.lang.StrictMath", "random", RANDOM)
          .forbid("java.util.concurrent.ThreadLocalRandom", "current", RANDOM)
          .forbid("java.security.SecureRandom", "<init>|getInstance.*", RANDOM)
          .forbid("java.util.Random", "<init>", Calls::hasNoParameters, RANDOM)
          .forbid("java.util.SplittableRandom", "<init>", Calls::hasNoParameters, RANDOM)
          .forbid("java.util.random.RandomGenerator", "getDefault|of", RANDOM)
          .forbid(
              "java.util.random.RandomGeneratorFactory", "create", Calls::hasNoParameters, RANDOM)
          .forbid("java.util.Collections", "shuffle", call -> !takesRandom(call), RANDOM)
          .forbid("java.util.UUID", "randomUUID", RANDOM);

  @Override
  public List<Violation> check(Subject subject) {
    return CALLS.in(subject.main());
  }

  private static boolean isNow(CodeUnitAccessTarget call) {
    return call.getName().equals("now")
        && call.getOwner().getPackageName().startsWith("java.time")
        && Calls.isWithoutClock(call);
  }

  private static boolean isMonitorWait(CodeUnitAccessTarget call) {
    return call.getName().equals("wait")
        && call.getRawParameterTypes().stream().allMatch(type -> type.isPrimitive());
  }

  private static boolean isTimed(CodeUnitAccessTarget call) {
    String owner = call.getOwner().getName();
    return Calls.takes(call, TimeUnit.class)
        && Calls.takes(call, long.class)
        && !call.getName().equals("<init>")
        && !owner.startsWith("dev.tenfold.")
        && !owner.equals(TimeUnit.class.getName())
        && !owner.equals("java.nio.file.attribute.FileTime");
  }

  private static boolean takesRandom(CodeUnitAccessTarget call) {
    return call.getRawParameterTypes().size() > 1;
  }
}
