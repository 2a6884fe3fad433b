// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.Episode.Phase;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a breaker. A change of state replaces the episode by one compare-and-set, so
 * side effects happen once and nothing can be left half changed; a permit carries the number of its
 * episode, so that what comes late is told from what counts.
 */
final class Episodes {
  /** No answer: the state has changed meanwhile. */
  private static final long AGAIN = -1;

  private static final long OPEN_AFTER_FAULT_NANOS = 10_000_000_000L;

  private static final VarHandle CURRENT;
  private static final VarHandle UNWINDOWED;
  private static final VarHandle FAILURES;
  private static final VarHandle SLOW;
  private static final VarHandle REFUSED;
  private static final VarHandle OPENED;
  private static final VarHandle WOULD_OPEN;
  private static final VarHandle LATE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      CURRENT = lookup.findVarHandle(Episodes.class, "current", Episode.class);
      UNWINDOWED = lookup.findVarHandle(Episodes.class, "unwindowed", long.class);
      FAILURES = lookup.findVarHandle(Episodes.class, "failures", long.class);
      SLOW = lookup.findVarHandle(Episodes.class, "slow", long.class);
      REFUSED = lookup.findVarHandle(Episodes.class, "refused", long.class);
      OPENED = lookup.findVarHandle(Episodes.class, "opened", long.class);
      WOULD_OPEN = lookup.findVarHandle(Episodes.class, "wouldOpen", long.class);
      LATE = lookup.findVarHandle(Episodes.class, "late", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final String name;
  final TimeSource time;
  private final Phase first;
  private final Supplier<FailureWindow> windows;
  private final long slowNanos;
  private final Backoff openFor;
  private final @Nullable RandomGenerator random;
  private final int probes;
  private final int probesNeeded;
  private final long leaseNanos;
  private final long rampNanos;
  private final Faults faults;
  private final Episode.Listener listener;

  private volatile Episode current;
  private volatile long unwindowed; // results that no window took
  private volatile long failures;
  private volatile long slow;
  private volatile long refused;
  private volatile long opened;
  private volatile long wouldOpen;
  private volatile long late;

  Episodes(
      BreakerPlan plan,
      Supplier<FailureWindow> windows,
      FailureWindow first,
      Faults faults,
      Episode.Listener listener) {
    this.name = plan.name;
    this.time = plan.time;
    this.first = plan.first;
    this.windows = windows;
    this.slowNanos = plan.slowNanos;
    this.openFor = plan.openFor;
    this.random = plan.random;
    this.probes = plan.probes;
    this.probesNeeded = plan.probesNeeded();
    this.leaseNanos = plan.leaseNanos;
    this.rampNanos = plan.rampNanos;
    this.faults = faults;
    this.listener = listener;
    this.current = Episode.first(plan.first, first);
  }

  /** Answers a permit or a {@link Refusal}. */
  long admit() {
    Episode now = current;
    return now.counting ? now.permit : admitRarely(now);
  }

  private long admitRarely(Episode found) {
    Episode now = found;
    while (!now.counting) {
      long answer =
          switch (now.phase) {
            case OPEN -> refuseOrProbe((Episode.Waiting) now);
            case HALF_OPEN -> probe((Episode.Probing) now);
            case RAMPING -> ramp((Episode.Ramping) now);
            case METRICS_ONLY -> rest((Episode.Waiting) now);
            case DISABLED -> now.permit;
            default -> refuse(-1);
          };
      if (answer != AGAIN) {
        return answer;
      }
      now = current;
    }
    return now.permit;
  }

  private long refuse(long retryAfterNanos) {
    REFUSED.getAndAdd(this, 1L);
    return Refusal.of(retryAfterNanos);
  }

  private long refuseOrProbe(Episode.Waiting open) {
    long left = open.untilNanos - time.nanoTime();
    return left > 0 ? refuse(left) : afterwards(open);
  }

  private long probe(Episode.Probing halfOpen) {
    long serial = halfOpen.probes.admit(time.nanoTime());
    if (serial > 0) {
      return halfOpen.permit | serial;
    }
    if (serial == Probes.NONE) {
      return refuse(-1); // any probe may end at any moment
    }
    end(halfOpen, halfOpen.probes.standing());
    return AGAIN;
  }

  private long ramp(Episode.Ramping ramping) {
    long now = time.nanoTime();
    if (ramping.over(now, rampNanos)) {
      return afterwards(ramping);
    }
    return ramping.admits(now, rampNanos) ? ramping.permit : refuse(-1);
  }

  /** Replaces an episode whose time is over by the one that {@link #phase} names already. */
  private long afterwards(Episode over) {
    if (over instanceof Episode.Ramping ramping) {
      change(ramping, ramping.closed());
    } else {
      change(over, over.probing(new Probes(probes, probesNeeded, leaseNanos)));
    }
    return AGAIN;
  }

  /** The episode whose phase is the state: before it is ended, what time has ended must be. */
  private Episode present() {
    Episode now = current;
    while (phase(now) != now.phase) {
      afterwards(now);
      now = current;
    }
    return now;
  }

  private long rest(Episode.Waiting wouldBeOpen) {
    if (wouldBeOpen.untilNanos - time.nanoTime() > 0) {
      return wouldBeOpen.permit;
    }
    FailureWindow fresh = fresh();
    if (fresh == null) {
      return wouldBeOpen.permit;
    }
    change(wouldBeOpen, counting(wouldBeOpen, Phase.METRICS_ONLY, fresh));
    return AGAIN;
  }

  void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    Episode now = current;
    if (now.permit == permit && now.counting) {
      record(now, beganNanos, nowNanos, verdict);
    } else {
      exitRarely(now, permit, beganNanos, nowNanos, verdict);
    }
  }

  private void record(Episode now, long beganNanos, long nowNanos, Verdict verdict) {
    boolean failed = verdict == Verdict.FAILURE;
    if (!failed && verdict != Verdict.SUCCESS) {
      return;
    }
    boolean tooLong = slow(beganNanos, nowNanos);
    if (failed || tooLong) {
      count(failed, tooLong);
    }
    if (reached(now.window, nowNanos, failed, tooLong)) {
      open(now);
    }
  }

  private boolean slow(long beganNanos, long nowNanos) {
    return slowNanos > 0 && nowNanos - beganNanos >= slowNanos;
  }

  private void exitRarely(
      Episode now, long permit, long beganNanos, long nowNanos, Verdict verdict) {
    if (!now.admitted(permit)) {
      LATE.getAndAdd(this, 1L);
      return;
    }
    if (now.phase == Phase.RAMPING) {
      record(now, beganNanos, nowNanos, verdict);
      return;
    }
    if (now.phase == Phase.DISABLED) {
      return;
    }
    boolean failed = verdict == Verdict.FAILURE;
    boolean counts = failed || verdict == Verdict.SUCCESS;
    boolean tooLong = counts && slow(beganNanos, nowNanos);
    if (counts) {
      count(failed, tooLong);
      UNWINDOWED.getAndAdd(this, 1L);
    }
    if (now instanceof Episode.Probing halfOpen) {
      // A slow answer is no recovery where slowness opens the breaker.
      Verdict probed = tooLong ? Verdict.FAILURE : verdict;
      end(halfOpen, halfOpen.probes.settle(Episode.serial(permit), probed));
    }
  }

  private void count(boolean failed, boolean tooLong) {
    if (failed) {
      FAILURES.getAndAdd(this, 1L);
    }
    if (tooLong) {
      SLOW.getAndAdd(this, 1L);
    }
  }

  // A look at the final class is cheaper than a call through an interface with several of them.
  private boolean reached(FailureWindow window, long nowNanos, boolean failed, boolean tooLong) {
    try {
      if (window instanceof TimeWindow byTime) {
        return byTime.record(nowNanos, failed, tooLong);
      }
      if (window instanceof CountWindow byCount) {
        return byCount.record(nowNanos, failed, tooLong);
      }
      return window.record(nowNanos, failed, tooLong);
    } catch (Throwable fault) {
      faults.report("window", fault);
      UNWINDOWED.getAndAdd(this, 1L);
      return false;
    }
  }

  /** Whoever finds a half-open episode decided ends it; all but the first do so in vain. */
  private void end(Episode.Probing halfOpen, Probes.Standing standing) {
    if (standing == Probes.Standing.FAILED) {
      open(halfOpen);
    } else if (standing == Probes.Standing.PASSED) {
      FailureWindow fresh = fresh();
      if (fresh == null) {
        open(halfOpen); // without a window it cannot close
      } else if (rampNanos > 0) {
        change(halfOpen, halfOpen.ramping(fresh, recorded(halfOpen), time.nanoTime()));
      } else {
        change(halfOpen, counting(halfOpen, Phase.CLOSED, fresh));
      }
    }
  }

  private @Nullable FailureWindow fresh() {
    try {
      return Objects.requireNonNull(windows.get(), "window");
    } catch (Throwable fault) {
      faults.report("window", fault);
      return null;
    }
  }

  private Episode counting(Episode from, Phase phase, FailureWindow fresh) {
    return from.counting(phase, fresh, recorded(from));
  }

  /** Opens, unless the results of the episode that was decided have no say any more. */
  private void open(Episode decided) {
    Episode now = present();
    while (now.judging() && now.admitted(decided.permit) && !open(now, delayNanos(now))) {
      now = present();
    }
  }

  private long delayNanos(Episode from) {
    try {
      long delay = openFor.delayNanos(from.openingsOnceOpen(), Jitter.source(random, name, time));
      return Math.min(Checks.MOST_NANOS, Math.max(0, delay));
    } catch (Throwable fault) {
      faults.report("openFor", fault);
      return OPEN_AFTER_FAULT_NANOS;
    }
  }

  private boolean open(Episode from, long delayNanos) {
    boolean really = from.phase != Phase.METRICS_ONLY;
    Phase to = really ? Phase.OPEN : Phase.METRICS_ONLY;
    if (!change(from, from.waiting(to, time.nanoTime() + delayNanos))) {
      return false;
    }
    if (!really) {
      WOULD_OPEN.getAndAdd(this, 1L);
      tell(listener::wouldOpen);
    } else if (from.phase != Phase.OPEN) {
      OPENED.getAndAdd(this, 1L);
    }
    return true;
  }

  /** Whether a result of this permit would still have a say. */
  boolean hears(long permit) {
    Episode now = current;
    return now.judging() && now.admitted(permit);
  }

  /** Ends a call whose result asks to open for so long. */
  void exitOpening(long permit, long beganNanos, long nowNanos, Verdict verdict, long openNanos) {
    Episode now = present();
    while (now.judging() && now.admitted(permit)) {
      if (open(now, openNanos)) {
        boolean failed = verdict == Verdict.FAILURE;
        if (failed || verdict == Verdict.SUCCESS) {
          count(failed, slow(beganNanos, nowNanos));
          UNWINDOWED.getAndAdd(this, 1L);
        }
        return;
      }
      now = present();
    }
    exit(permit, beganNanos, nowNanos, verdict);
  }

  /** Opens by hand; false if another mode than the automatic one holds. */
  boolean openFor(long nanos) {
    Episode now = present();
    while (automatic(now.phase)) {
      if (open(now, nanos)) {
        return true;
      }
      now = present();
    }
    return false;
  }

  /** Begins anew in the given phase, CLOSED standing for all that come by themselves. */
  void switchTo(Phase phase) {
    Episode now = present();
    while (automatic(phase) ? !automatic(now.phase) : now.phase != phase) {
      Episode next =
          phase == Phase.CLOSED || phase == Phase.METRICS_ONLY
              ? counting(now, phase, Objects.requireNonNull(windows.get(), "window"))
              : now.forced(phase);
      if (change(now, next)) {
        return;
      }
      now = present();
    }
  }

  /** Whether a new one would do the same: let everybody in. */
  boolean asBuilt() {
    return phase() == first && first != Phase.FORCED_OPEN;
  }

  /** Whether it has opened, but the time is up and no probe is out: only calls could change it. */
  boolean lapsed() {
    Episode now = current;
    boolean probed =
        now instanceof Episode.Probing halfOpen && halfOpen.probes.live(time.nanoTime()) > 0;
    return first == Phase.CLOSED && !probed && phase(now) == Phase.HALF_OPEN;
  }

  private static boolean automatic(Phase phase) {
    return switch (phase) {
      case CLOSED, HALF_OPEN, OPEN, RAMPING -> true;
      case FORCED_OPEN, DISABLED, METRICS_ONLY -> false;
    };
  }

  private boolean change(Episode from, Episode to) {
    if (!CURRENT.compareAndSet(this, from, to)) {
      return false;
    }
    if (from.phase != to.phase) {
      tell(() -> listener.changed(from.phase, to.phase));
    }
    return true;
  }

  private void tell(Runnable news) {
    try {
      news.run();
    } catch (Throwable fault) {
      faults.report("listener", fault);
    }
  }

  Phase phase() {
    return phase(current);
  }

  private Phase phase(Episode now) {
    if (now.phase == Phase.OPEN) {
      boolean over = time.nanoTime() - ((Episode.Waiting) now).untilNanos >= 0;
      return over ? Phase.HALF_OPEN : Phase.OPEN;
    }
    if (now.phase == Phase.RAMPING) {
      boolean over = ((Episode.Ramping) now).over(time.nanoTime(), rampNanos);
      return over ? Phase.CLOSED : Phase.RAMPING;
    }
    return now.phase;
  }

  long retryAfterNanos(long nowNanos) {
    Episode now = current;
    return switch (now.phase) {
      case CLOSED, DISABLED, METRICS_ONLY -> 0;
      case OPEN -> Math.max(0, ((Episode.Waiting) now).untilNanos - nowNanos);
      case HALF_OPEN, RAMPING, FORCED_OPEN -> -1;
    };
  }

  /** Results that were taken, from all windows and where there is none. */
  long successes() {
    Episode now = current;
    long failed = failures;
    return Math.max(0, now.recorded(recorded(now)) + unwindowed - failed);
  }

  private long recorded(Episode now) {
    return read(now.window::recorded);
  }

  private long read(LongSupplier count) {
    try {
      return count.getAsLong();
    } catch (Throwable fault) {
      faults.report("window", fault);
      return 0;
    }
  }

  long failures() {
    return failures;
  }

  long slow() {
    return slow;
  }

  long refused() {
    return refused;
  }

  long opened() {
    return opened;
  }

  long wouldOpen() {
    return wouldOpen;
  }

  BreakerCounts counts() {
    Episode now = current;
    boolean remembers = now.counting || now.phase == Phase.RAMPING;
    FailureWindow window = now.window;
    long nanos = time.nanoTime();
    return new BreakerCounts(
        remembers ? read(() -> window.calls(nanos)) : 0,
        remembers ? read(() -> window.failures(nanos)) : 0,
        remembers ? read(() -> window.slowCalls(nanos)) : 0,
        successes(),
        failures,
        slow,
        refused,
        opened,
        wouldOpen,
        late,
        faults.count());
  }
}
