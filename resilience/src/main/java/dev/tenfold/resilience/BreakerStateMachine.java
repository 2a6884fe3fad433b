// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Checks;
import dev.tenfold.core.TimeSource;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a breaker. A change of state replaces the episode by one compare-and-set:
 * its side effects happen once, and no change is left half done. A permit carries the number of its
 * episode, which tells late results from results that count.
 *
 * <p>Where a decision is made: {@link #admit} refuses or admits, {@link #exit} takes a result,
 * {@code open} opens, {@code end} closes or re-opens after the probes, {@code change} is the one
 * transition.
 */
final class BreakerStateMachine {
  /** Not an answer: the state has changed in the meantime, and the question is asked again. */
  private static final long AGAIN = -1;

  private static final long OPEN_AFTER_FAULT_NANOS = 10_000_000_000L;

  private static final VarHandle CURRENT =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(),
          "current",
          VarHandle.class,
          BreakerStateMachine.class,
          BreakerEpisode.class);

  final String name;
  final TimeSource time;
  private final BreakerState first;
  private final Supplier<FailureWindow> windows;
  private final long slowNanos;
  private final Backoff openFor;
  private final @Nullable RandomGenerator random;
  private final int probes;
  private final int probesNeeded;
  private final long leaseNanos;
  private final long rampNanos;
  private final UserCodeFaults faults;
  private final @Nullable BreakerNews news;
  private final BreakerCounters counters = new BreakerCounters();

  private volatile BreakerEpisode current;

  BreakerStateMachine(
      BreakerSettings settings,
      Supplier<FailureWindow> windows,
      FailureWindow first,
      UserCodeFaults faults,
      BreakerEpisode.@Nullable Listener listener) {
    this.name = settings.name;
    this.time = settings.time;
    this.first = settings.first;
    this.windows = windows;
    this.slowNanos = settings.slowNanos;
    this.openFor = settings.openFor;
    this.random = settings.random;
    this.probes = settings.probes;
    this.probesNeeded = settings.probesNeeded();
    this.leaseNanos = settings.leaseNanos;
    this.rampNanos = settings.rampNanos;
    this.faults = faults;
    this.current = BreakerEpisode.first(settings.first, first);
    this.news = listener == null ? null : new BreakerNews(time, faults, listener, current);
  }

  /** Returns a permit or a {@link Refusal}. */
  long admit() {
    BreakerEpisode now = current;
    return now.counting ? now.permit : admitSlowPath(now);
  }

  private long admitSlowPath(BreakerEpisode found) {
    BreakerEpisode now = found;
    while (!now.counting) {
      long answer =
          switch (now.state) {
            case OPEN -> refuseOrProbe((BreakerEpisode.Waiting) now);
            case HALF_OPEN -> probe((BreakerEpisode.Probing) now);
            case RAMPING -> ramp((BreakerEpisode.Ramping) now);
            case METRICS_ONLY -> rest((BreakerEpisode.Waiting) now);
            case DISABLED -> now.permit;
            default -> refuse(RefusalKind.BREAKER_FORCED_OPEN, -1);
          };
      if (answer != AGAIN) {
        return answer;
      }
      now = current;
    }
    return now.permit;
  }

  private long refuse(RefusalKind kind, long retryAfterNanos) {
    counters.countRefused();
    return Refusal.of(kind, retryAfterNanos);
  }

  private long refuseOrProbe(BreakerEpisode.Waiting open) {
    long left = open.untilNanos - time.nanoTime();
    return left > 0 ? refuse(RefusalKind.BREAKER_OPEN, left) : afterwards(open);
  }

  private long probe(BreakerEpisode.Probing halfOpen) {
    long serial = halfOpen.probes.admit(time.nanoTime());
    if (serial > 0) {
      return halfOpen.permit | serial;
    }
    if (serial == BreakerProbes.NONE) {
      return refuse(RefusalKind.BREAKER_HALF_OPEN, -1); // any probe may end at any moment
    }
    end(halfOpen, halfOpen.probes.decision());
    return AGAIN;
  }

  private long ramp(BreakerEpisode.Ramping ramping) {
    long now = time.nanoTime();
    if (ramping.over(now, rampNanos)) {
      return afterwards(ramping);
    }
    return ramping.admits(now, rampNanos)
        ? ramping.permit
        : refuse(RefusalKind.BREAKER_RAMPING, -1);
  }

  /** Replaces an episode whose time is over by the one that {@link #state} already reports. */
  private long afterwards(BreakerEpisode over) {
    if (over instanceof BreakerEpisode.Ramping ramping) {
      change(ramping, ramping.closed());
    } else {
      change(over, over.probing(new BreakerProbes(probes, probesNeeded, leaseNanos)));
    }
    return AGAIN;
  }

  /** Returns the present episode, after those whose time is over were replaced. */
  private BreakerEpisode present() {
    BreakerEpisode now = current;
    while (state(now) != now.state) {
      afterwards(now);
      now = current;
    }
    return now;
  }

  private long rest(BreakerEpisode.Waiting wouldBeOpen) {
    if (wouldBeOpen.untilNanos - time.nanoTime() > 0) {
      return wouldBeOpen.permit;
    }
    FailureWindow fresh = fresh();
    if (fresh == null) {
      return wouldBeOpen.permit;
    }
    change(wouldBeOpen, counting(wouldBeOpen, BreakerState.METRICS_ONLY, fresh));
    return AGAIN;
  }

  void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    BreakerEpisode now = current;
    if (now.permit == permit && now.counting) {
      record(now, beganNanos, nowNanos, verdict);
    } else {
      exitSlowPath(now, permit, beganNanos, nowNanos, verdict);
    }
  }

  private void record(BreakerEpisode now, long beganNanos, long nowNanos, Verdict verdict) {
    boolean failed = verdict == Verdict.FAILURE;
    if (!failed && verdict != Verdict.SUCCESS) {
      return;
    }
    boolean tooLong = slow(beganNanos, nowNanos);
    if (failed || tooLong) {
      counters.countResult(failed, tooLong);
    }
    if (reached(now.window, nowNanos, failed, tooLong)) {
      open(now);
    }
  }

  /** Returns the duration from which on a call is slow. */
  long slowNanos() {
    return slowNanos > 0 ? slowNanos : Long.MAX_VALUE;
  }

  private boolean slow(long beganNanos, long nowNanos) {
    return slowNanos > 0 && nowNanos - beganNanos >= slowNanos;
  }

  private void exitSlowPath(
      BreakerEpisode now, long permit, long beganNanos, long nowNanos, Verdict verdict) {
    if (!now.admitted(permit)) {
      counters.countLate();
      return;
    }
    if (now.state == BreakerState.RAMPING) {
      record(now, beganNanos, nowNanos, verdict);
      return;
    }
    if (now.state == BreakerState.DISABLED) {
      return;
    }
    boolean failed = verdict == Verdict.FAILURE;
    boolean counts = failed || verdict == Verdict.SUCCESS;
    boolean tooLong = counts && slow(beganNanos, nowNanos);
    if (counts) {
      counters.countResult(failed, tooLong);
      counters.countUnwindowed();
    }
    if (now instanceof BreakerEpisode.Probing halfOpen) {
      // A slow answer is no recovery where slowness opens the breaker.
      Verdict probed = tooLong ? Verdict.FAILURE : verdict;
      end(halfOpen, halfOpen.probes.settle(BreakerEpisode.serial(permit), probed));
    }
  }

  // A check of the final class is cheaper than a call of an interface with several implementations.
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
      counters.countUnwindowed();
      return false;
    }
  }

  /** Ends a half-open episode that is decided. Of several threads that try, one succeeds. */
  private void end(BreakerEpisode.Probing halfOpen, BreakerProbes.Decision decision) {
    if (decision == BreakerProbes.Decision.FAILED) {
      open(halfOpen);
    } else if (decision == BreakerProbes.Decision.PASSED) {
      FailureWindow fresh = fresh();
      if (fresh == null) {
        open(halfOpen); // without a window it cannot close
      } else if (rampNanos > 0) {
        change(halfOpen, halfOpen.ramping(fresh, recorded(halfOpen), time.nanoTime()));
      } else {
        change(halfOpen, counting(halfOpen, BreakerState.CLOSED, fresh));
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

  private BreakerEpisode counting(BreakerEpisode from, BreakerState state, FailureWindow fresh) {
    return from.counting(state, fresh, recorded(from));
  }

  /** Opens the breaker, unless the results of the decided episode no longer count. */
  private void open(BreakerEpisode decided) {
    BreakerEpisode now = present();
    while (now.judging() && now.admitted(decided.permit) && !open(now, delayNanos(now))) {
      now = present();
    }
  }

  private long delayNanos(BreakerEpisode from) {
    try {
      long delay = openFor.delayNanos(from.openingsOnceOpen(), Jitter.source(random, name, time));
      return Math.min(Checks.MAX_NANOS, Math.max(0, delay));
    } catch (Throwable fault) {
      faults.report("openFor", fault);
      return OPEN_AFTER_FAULT_NANOS;
    }
  }

  private boolean open(BreakerEpisode from, long delayNanos) {
    boolean really = from.state != BreakerState.METRICS_ONLY;
    BreakerState to = really ? BreakerState.OPEN : BreakerState.METRICS_ONLY;
    if (!change(from, from.waiting(to, time.nanoTime() + delayNanos))) {
      return false;
    }
    if (!really) {
      counters.countWouldOpen();
    } else if (from.state != BreakerState.OPEN) {
      counters.countOpened();
    }
    return true;
  }

  /** Returns whether a result of this permit can still change the state. */
  boolean decides(long permit) {
    BreakerEpisode now = current;
    return now.judging() && now.admitted(permit);
  }

  /** Takes a result that asks to open the breaker for a time. */
  void exitOpening(long permit, long beganNanos, long nowNanos, Verdict verdict, long openNanos) {
    BreakerEpisode now = present();
    while (now.judging() && now.admitted(permit)) {
      if (open(now, openNanos)) {
        boolean failed = verdict == Verdict.FAILURE;
        if (failed || verdict == Verdict.SUCCESS) {
          counters.countResult(failed, slow(beganNanos, nowNanos));
          counters.countUnwindowed();
        }
        return;
      }
      now = present();
    }
    exit(permit, beganNanos, nowNanos, verdict);
  }

  /** Opens for an operator. Returns false in another mode than AUTOMATIC. */
  boolean openFor(long nanos) {
    BreakerEpisode now = present();
    while (automatic(now.state)) {
      if (open(now, nanos)) {
        return true;
      }
      now = present();
    }
    return false;
  }

  /** Switches to the first state of a mode. CLOSED stands for all states of mode AUTOMATIC. */
  void switchTo(BreakerState state) {
    BreakerEpisode now = present();
    while (automatic(state) ? !automatic(now.state) : now.state != state) {
      BreakerEpisode next =
          state == BreakerState.CLOSED || state == BreakerState.METRICS_ONLY
              ? counting(now, state, Objects.requireNonNull(windows.get(), "window"))
              : now.forced(state);
      if (change(now, next)) {
        return;
      }
      now = present();
    }
  }

  /** Returns whether the state is the one that a new breaker would have. */
  boolean asBuilt() {
    return state() == first && first != BreakerState.FORCED_OPEN;
  }

  /** Returns whether the open time is over and no probe is in flight. */
  boolean lapsed() {
    BreakerEpisode now = current;
    boolean probed =
        now instanceof BreakerEpisode.Probing halfOpen && halfOpen.probes.live(time.nanoTime()) > 0;
    return first == BreakerState.CLOSED && !probed && state(now) == BreakerState.HALF_OPEN;
  }

  private static boolean automatic(BreakerState state) {
    return switch (state) {
      case CLOSED, HALF_OPEN, OPEN, RAMPING -> true;
      case FORCED_OPEN, DISABLED, METRICS_ONLY -> false;
    };
  }

  private boolean change(BreakerEpisode from, BreakerEpisode to) {
    if (!CURRENT.compareAndSet(this, from, to)) {
      return false;
    }
    if (news != null) {
      news.changed(from, to);
    }
    return true;
  }

  BreakerState state() {
    return state(current);
  }

  private BreakerState state(BreakerEpisode now) {
    if (now.state == BreakerState.OPEN) {
      boolean over = time.nanoTime() - ((BreakerEpisode.Waiting) now).untilNanos >= 0;
      return over ? BreakerState.HALF_OPEN : BreakerState.OPEN;
    }
    if (now.state == BreakerState.RAMPING) {
      boolean over = ((BreakerEpisode.Ramping) now).over(time.nanoTime(), rampNanos);
      return over ? BreakerState.CLOSED : BreakerState.RAMPING;
    }
    return now.state;
  }

  long retryAfterNanos(long nowNanos) {
    BreakerEpisode now = current;
    return switch (now.state) {
      case CLOSED, DISABLED, METRICS_ONLY -> 0;
      case OPEN -> Math.max(0, ((BreakerEpisode.Waiting) now).untilNanos - nowNanos);
      case HALF_OPEN, RAMPING, FORCED_OPEN -> -1;
    };
  }

  /** Returns the number of successes: all results less the failures. */
  long successes() {
    BreakerEpisode now = current;
    long failed = counters.failures();
    return Math.max(0, now.recorded(recorded(now)) + counters.unwindowed() - failed);
  }

  private long recorded(BreakerEpisode now) {
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

  BreakerCounters counters() {
    return counters;
  }

  BreakerCounts counts() {
    BreakerEpisode now = current;
    boolean remembers = now.counting || now.state == BreakerState.RAMPING;
    FailureWindow window = now.window;
    long nanos = time.nanoTime();
    return new BreakerCounts(
        remembers ? read(() -> window.calls(nanos)) : 0,
        remembers ? read(() -> window.failures(nanos)) : 0,
        remembers ? read(() -> window.slowCalls(nanos)) : 0,
        successes(),
        counters.failures(),
        counters.slow(),
        counters.refused(),
        counters.opened(),
        counters.wouldOpen(),
        counters.late(),
        faults.count());
  }
}
