// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One episode of a breaker: the time between two changes of state. What it decides by is immutable.
 * Episodes are compared by identity; a change of state replaces the present one. It holds the
 * window that counts results, or the last window that did, together with the number of results in
 * all windows before: one read of the episode gives both, so a reading neither doubles nor loses a
 * window.
 */
class BreakerEpisode {
  /** A listener for changes of state, called after the change. */
  interface Listener {
    void changed(BreakerState from, BreakerState to);

    /** The breaker would have opened in another mode than {@link BreakerState#METRICS_ONLY}. */
    default void wouldOpen() {}
  }

  /** A permit holds the number of its episode and, in its low bits, the serial of a probe. */
  private static final long ONE = 1L << BreakerProbes.SERIAL_BITS;

  final BreakerState state;

  /** Whether every call is admitted and counted. The first question of every call. */
  final boolean counting;

  /** The permit of a call that is not a probe. */
  final long permit;

  final FailureWindow window;
  private final long before;

  /** The next episode, for {@link BreakerNews}; null in the present one. */
  volatile @Nullable BreakerEpisode next;

  private BreakerEpisode(
      BreakerState state, boolean counting, long permit, FailureWindow window, long before) {
    this.state = state;
    this.counting = counting;
    this.permit = permit;
    this.window = window;
    this.before = before;
  }

  /** Returns the first episode of a breaker. */
  static BreakerEpisode first(BreakerState state, FailureWindow window) {
    return new BreakerEpisode(state, counts(state), 0, window, 0);
  }

  private static boolean counts(BreakerState state) {
    return state == BreakerState.CLOSED || state == BreakerState.METRICS_ONLY;
  }

  /** Returns the next episode, which counts in a new window. */
  BreakerEpisode counting(BreakerState next, FailureWindow fresh, long recorded) {
    return new BreakerEpisode(next, counts(next), permit + ONE, fresh, before + recorded);
  }

  /** Returns the next episode, which counts nothing and lasts until a switch by an operator. */
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

  /** Returns whether a result may change the state. */
  boolean judging() {
    return counting || state == BreakerState.HALF_OPEN || state == BreakerState.RAMPING;
  }

  /** Returns the number of results in all windows, given the number in the present one. */
  long recorded(long recorded) {
    return before + recorded;
  }

  /** Returns the number of openings since the breaker was last closed. */
  int openings() {
    return 0;
  }

  /** Returns the number of openings if the breaker opens now or stays open. */
  final int openingsOnceOpen() {
    int before = openings();
    return state == BreakerState.OPEN ? before : Math.max(before, before + 1);
  }

  /** OPEN until a time, or METRICS_ONLY for the time for which it would have been open. */
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

  /** RAMPING: a growing share of the calls is admitted, spread evenly and not at random. */
  static final class Ramping extends BreakerEpisode {
    private static final double FIRST_SHARE = 0.25;
    private static final long WHOLE = 1L << 32;

    private final int openings;
    private final long beganNanos;

    /** The sum of the shares of all calls. A call that completes a whole is admitted. */
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

    /** Returns the closed episode with the same window: calls admitted on the ramp still count. */
    BreakerEpisode closed() {
      return new BreakerEpisode(BreakerState.CLOSED, true, permit, window, super.before);
    }

    @Override
    int openings() {
      return openings;
    }
  }
}
