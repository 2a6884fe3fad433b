// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One stretch of one state of a breaker. Compared by identity; replaced, never changed. Holds the
 * window that counts, or else the last that did, and how many results the windows before it took:
 * read together, so that the sum neither doubles nor loses any.
 */
class Episode {
  enum Phase {
    CLOSED("closed", 0),
    HALF_OPEN("half-open", 1),
    OPEN("open", 2),
    RAMPING("ramping", 3),
    FORCED_OPEN("forced-open", 4),
    DISABLED("disabled", 5),
    METRICS_ONLY("metrics-only", 6);

    final String text;
    final int code; // in telemetry

    Phase(String text, int code) {
      this.text = text;
      this.code = code;
    }
  }

  /** Hears of what happened, afterwards. */
  interface Listener {
    void changed(Phase from, Phase to);

    /** An opening that was only counted. */
    default void wouldOpen() {}
  }

  /** A permit is the number of its episode and, in so many low bits, the serial of a probe. */
  private static final long ONE = 1L << Probes.SERIAL_BITS;

  final Phase phase;

  /** Whether all calls are let in and counted: what is asked first, of every call. */
  final boolean counting;

  /** What a call gets that is no probe. */
  final long permit;

  final FailureWindow window;
  private final long before;

  private Episode(Phase phase, boolean counting, long permit, FailureWindow window, long before) {
    this.phase = phase;
    this.counting = counting;
    this.permit = permit;
    this.window = window;
    this.before = before;
  }

  /** The first of a breaker. */
  static Episode first(Phase phase, FailureWindow window) {
    return new Episode(phase, counts(phase), 0, window, 0);
  }

  private static boolean counts(Phase phase) {
    return phase == Phase.CLOSED || phase == Phase.METRICS_ONLY;
  }

  /** The one that counts in a new window, now that the present one recorded so many results. */
  Episode counting(Phase next, FailureWindow fresh, long recorded) {
    return new Episode(next, counts(next), permit + ONE, fresh, before + recorded);
  }

  /** The one that lasts until a switch by hand, and counts nothing. */
  Episode forced(Phase next) {
    return new Episode(next, false, permit + ONE, window, before);
  }

  Episode waiting(Phase next, long untilNanos) {
    return new Waiting(next, this, untilNanos);
  }

  Episode probing(Probes probes) {
    return new Probing(this, probes);
  }

  Episode ramping(FailureWindow fresh, long recorded, long nowNanos) {
    return new Ramping(this, fresh, recorded, nowNanos);
  }

  boolean admitted(long permit) {
    return (permit ^ this.permit) >>> Probes.SERIAL_BITS == 0;
  }

  static long serial(long permit) {
    return permit & (ONE - 1);
  }

  /** Whether a result may change the state. */
  boolean judging() {
    return counting || phase == Phase.HALF_OPEN || phase == Phase.RAMPING;
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
    return phase == Phase.OPEN ? before : Math.max(before, before + 1);
  }

  /** OPEN until then; or METRICS_ONLY, where it would have been. */
  static final class Waiting extends Episode {
    final long untilNanos;
    private final int openings;

    private Waiting(Phase phase, Episode from, long untilNanos) {
      super(phase, false, from.permit + ONE, from.window, from.before);
      this.untilNanos = untilNanos;
      this.openings = from.openingsOnceOpen();
    }

    @Override
    int openings() {
      return openings;
    }
  }

  /** HALF_OPEN. */
  static final class Probing extends Episode {
    final Probes probes;
    private final int openings;

    private Probing(Episode from, Probes probes) {
      super(Phase.HALF_OPEN, false, from.permit + ONE, from.window, from.before);
      this.probes = probes;
      this.openings = from.openings();
    }

    @Override
    int openings() {
      return openings;
    }
  }

  /** RAMPING: a growing part of the calls is let in, every so many-th, without chance. */
  static final class Ramping extends Episode {
    private static final double FIRST_SHARE = 0.25;
    private static final long WHOLE = 1L << 32;

    private final int openings;
    private final long beganNanos;

    /** The parts of a call that calls have brought so far; a whole one is let in. */
    private final AtomicLong credit = new AtomicLong(WHOLE - 1);

    private Ramping(Episode from, FailureWindow fresh, long recorded, long nowNanos) {
      super(Phase.RAMPING, false, from.permit + ONE, fresh, from.before + recorded);
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
    Episode closed() {
      return new Episode(Phase.CLOSED, true, permit, window, super.before);
    }

    @Override
    int openings() {
      return openings;
    }
  }
}
