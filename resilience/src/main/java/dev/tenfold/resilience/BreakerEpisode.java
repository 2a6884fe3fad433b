// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One stretch of one state of a breaker. Compared by identity; replaced, never changed. Holds the
 * window that counts, or else the last that did, and how many results the windows before it took:
 * read together, so that the sum neither doubles nor loses any.
 */
class BreakerEpisode {
  /** Hears of what happened, afterwards. */
  interface Listener {
    void changed(BreakerState from, BreakerState to);

    /** An opening that was only counted. */
    default void wouldOpen() {}
  }

  /** A permit is the number of its episode and, in so many low bits, the serial of a probe. */
  private static final long ONE = 1L << BreakerProbes.SERIAL_BITS;

  final BreakerState state;

  /** Whether all calls are let in and counted: what is asked first, of every call. */
  final boolean counting;

  /** What a call gets that is no probe. */
  final long permit;

  final FailureWindow window;
  private final long before;

  private BreakerEpisode(
      BreakerState state, boolean counting, long permit, FailureWindow window, long before) {
    this.state = state;
    this.counting = counting;
    this.permit = permit;
    this.window = window;
    this.before = before;
  }

  /** The first of a breaker. */
  static BreakerEpisode first(BreakerState state, FailureWindow window) {
    return new BreakerEpisode(state, counts(state), 0, window, 0);
  }

  private static boolean counts(BreakerState state) {
    return state == BreakerState.CLOSED || state == BreakerState.METRICS_ONLY;
  }

  /** The one that counts in a new window, now that the present one recorded so many results. */
  BreakerEpisode counting(BreakerState next, FailureWindow fresh, long recorded) {
    return new BreakerEpisode(next, counts(next), permit + ONE, fresh, before + recorded);
  }

  /** The one that lasts until a switch by hand, and counts nothing. */
  BreakerEpisode forced(BreakerState next) {
    return new BreakerEpisode(next, false, permit + ONE, window, before);
  }

  BreakerEpisode waiting(BreakerState next, long untilNanos) {
    return new Waiting(next, this, untilNanos);
  }

  BreakerEpisode probing(BreakerProbes probes) {
    return new Probing(this, probes);
  }

  BreakerEpisode ramping(FailureWindow fresh, long recorded, long nowNanos) {
    return new Ramping(this, fresh, recorded, nowNanos);
  }

  boolean admitted(long permit) {
    return (permit ^ this.permit) >>> BreakerProbes.SERIAL_BITS == 0;
  }

  static long serial(long permit) {
    return permit & (ONE - 1);
  }

  /** Whether a result may change the state. */
  boolean judging() {
    return counting || state == BreakerState.HALF_OPEN || state == BreakerState.RAMPING;
  }

  /** How many results all windows took, if the present one took so many. */
  long recorded(long recorded) {
    return before + recorded;
  }

  /** How often in a row it has opened since it was last closed. */
  int openings() {
    return 0;
  }

  /** How often that will be if it opens now, or goes on being open. */
  final int openingsOnceOpen() {
    int before = openings();
    return state == BreakerState.OPEN ? before : Math.max(before, before + 1);
  }

  /** OPEN until then; or METRICS_ONLY, where it would have been. */
  static final class Waiting extends BreakerEpisode {
    final long untilNanos;
    private final int openings;

    private Waiting(BreakerState state, BreakerEpisode from, long untilNanos) {
      super(state, false, from.permit + ONE, from.window, from.before);
      this.untilNanos = untilNanos;
      this.openings = from.openingsOnceOpen();
    }

    @Override
    int openings() {
      return openings;
    }
  }

  /** HALF_OPEN. */
  static final class Probing extends BreakerEpisode {
    final BreakerProbes probes;
    private final int openings;

    private Probing(BreakerEpisode from, BreakerProbes probes) {
      super(BreakerState.HALF_OPEN, false, from.permit + ONE, from.window, from.before);
      this.probes = probes;
      this.openings = from.openings();
    }

    @Override
    int openings() {
      return openings;
    }
  }

  /** RAMPING: a growing part of the calls is let in, every so many-th, without chance. */
  static final class Ramping extends BreakerEpisode {
    private static final double FIRST_SHARE = 0.25;
    private static final long WHOLE = 1L << 32;

    private final int openings;
    private final long beganNanos;

    /** The parts of a call that calls have brought so far; a whole one is let in. */
    private final AtomicLong credit = new AtomicLong(WHOLE - 1);

    private Ramping(BreakerEpisode from, FailureWindow fresh, long recorded, long nowNanos) {
      super(BreakerState.RAMPING, false, from.permit + ONE, fresh, from.before + recorded);
      this.openings = from.openings();
      this.beganNanos = nowNanos;
    }

    boolean over(long nowNanos, long rampNanos) {
      return nowNanos - beganNanos >= rampNanos;
    }

    boolean admits(long nowNanos, long rampNanos) {
      double passed = Math.max(0, nowNanos - beganNanos) / (double) rampNanos;
      long share = (long) (WHOLE * (FIRST_SHARE + (1 - FIRST_SHARE) * passed));
      long sum = credit.addAndGet(share);
      return (sum >>> 32) != ((sum - share) >>> 32);
    }

    /** The closed one that goes on with the same window: calls let in on the ramp still count. */
    BreakerEpisode closed() {
      return new BreakerEpisode(BreakerState.CLOSED, true, permit, window, super.before);
    }

    @Override
    int openings() {
      return openings;
    }
  }
}
