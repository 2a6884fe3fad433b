// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a breaker. An episode is one immutable object; a change of state replaces it
 * by one compare-and-set, so side effects happen once and nothing can be left half changed. A
 * permit carries the number of its episode and, for a probe, the serial of its place.
 */
final class Episodes {
  enum Phase {
    CLOSED("closed", 0),
    HALF_OPEN("half-open", 1),
    OPEN("open", 2);

    final String text;
    final int code; // in telemetry

    Phase(String text, int code) {
      this.text = text;
      this.code = code;
    }
  }

  /** Where a closed episode counts. */
  record Windows(Supplier<FailureWindow> next, FailureWindow first, long slowNanos) {}

  /** How long an open episode lasts. */
  record Opening(Backoff backoff, RandomGenerator random) {}

  /** Hears of a change after it happened. */
  interface Listener {
    void changed(Phase from, Phase to);
  }

  /** Makes the public value of the counters. */
  interface Counts<C> {
    C of(
        long windowCalls,
        long windowFailures,
        long windowSlow,
        long successes,
        long failures,
        long slow,
        long refused,
        long opened,
        long late,
        long faults);
  }

  private static final int SERIAL_BITS = Probes.SERIAL_BITS;
  private static final long SERIAL = (1L << SERIAL_BITS) - 1;
  private static final long OPEN_AFTER_FAULT_NANOS = 10_000_000_000L;

  final LongAdder successes = new LongAdder();
  final AtomicLong failures = new AtomicLong();
  final AtomicLong slowCalls = new AtomicLong();
  final AtomicLong refused = new AtomicLong();
  final AtomicLong opened = new AtomicLong();
  final AtomicLong late = new AtomicLong();

  private final TimeSource time;
  private final Windows windows;
  private final Opening opening;
  private final Supplier<Probes> probes;
  private final Faults faults;
  private final Listener listener;
  private final AtomicReference<Episode> current;

  Episodes(
      TimeSource time,
      Windows windows,
      Opening opening,
      Supplier<Probes> probes,
      Faults faults,
      Listener listener) {
    this.time = time;
    this.windows = windows;
    this.opening = opening;
    this.probes = probes;
    this.faults = faults;
    this.listener = listener;
    this.current = new AtomicReference<>(Episode.closed(0, windows.first));
  }

  long enter() {
    while (true) {
      Episode now = current.get();
      if (now.phase == Phase.CLOSED) {
        return now.number << SERIAL_BITS;
      }
      long nanos = time.nanoTime();
      if (now.probes == null) {
        if (nanos - now.untilNanos < 0) {
          refused.getAndIncrement();
          return Gate.REFUSED;
        }
        change(now, Episode.halfOpen(now, probes.get()));
        continue;
      }
      long serial = now.probes.admit(nanos);
      if (serial > 0) {
        return (now.number << SERIAL_BITS) | (serial & SERIAL);
      }
      if (serial == Probes.NONE) {
        refused.getAndIncrement();
        return Gate.REFUSED;
      }
      end(now, now.probes.standing());
    }
  }

  void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    Episode now = current.get();
    if (now.number != permit >>> SERIAL_BITS) {
      late.getAndIncrement();
      return;
    }
    boolean failed = verdict == Verdict.FAILURE;
    boolean counts = failed || verdict == Verdict.SUCCESS;
    boolean slow = counts && windows.slowNanos > 0 && nowNanos - beganNanos >= windows.slowNanos;
    if (counts) {
      count(failed, slow);
    }
    if (now.probes != null) {
      // A slow answer is no recovery where slowness opens the breaker.
      end(now, now.probes.settle(permit & SERIAL, slow ? Verdict.FAILURE : verdict));
    } else if (counts && now.window != null && reached(now.window, nowNanos, failed, slow)) {
      open(now);
    }
  }

  private void count(boolean failed, boolean slow) {
    if (failed) {
      failures.getAndIncrement();
    } else {
      successes.increment();
    }
    if (slow) {
      slowCalls.getAndIncrement();
    }
  }

  private boolean reached(FailureWindow window, long nowNanos, boolean failed, boolean slow) {
    try {
      return window.record(nowNanos, failed, slow);
    } catch (Throwable fault) {
      faults.report("window", fault);
      return false;
    }
  }

  /** Whoever finds a half-open episode decided ends it; all but the first do so in vain. */
  private void end(Episode halfOpen, Probes.Standing standing) {
    if (standing == Probes.Standing.FAILED) {
      open(halfOpen);
    } else if (standing == Probes.Standing.PASSED) {
      FailureWindow fresh;
      try {
        fresh = Objects.requireNonNull(windows.next.get(), "window");
      } catch (Throwable fault) {
        faults.report("window", fault);
        open(halfOpen); // without a window it cannot close
        return;
      }
      change(halfOpen, Episode.closed(halfOpen.number + 1, fresh));
    }
  }

  private void open(Episode from) {
    int openings = from.openings == Integer.MAX_VALUE ? from.openings : from.openings + 1;
    long delay;
    try {
      delay = opening.backoff.delayNanos(openings, opening.random);
      delay = Math.min(Checks.MOST_NANOS, Math.max(0, delay));
    } catch (Throwable fault) {
      faults.report("openFor", fault);
      delay = OPEN_AFTER_FAULT_NANOS;
    }
    if (change(from, Episode.open(from, time.nanoTime() + delay, openings))) {
      opened.getAndIncrement();
    }
  }

  private boolean change(Episode from, Episode to) {
    if (!current.compareAndSet(from, to)) {
      return false;
    }
    try {
      listener.changed(from.phase, to.phase);
    } catch (Throwable fault) {
      faults.report("listener", fault);
    }
    return true;
  }

  Phase phase() {
    Episode now = current.get();
    return now.phase == Phase.OPEN && time.nanoTime() - now.untilNanos >= 0
        ? Phase.HALF_OPEN
        : now.phase;
  }

  long retryAfterNanos(long nowNanos) {
    Episode now = current.get();
    if (now.phase == Phase.OPEN) {
      return Math.max(0, now.untilNanos - nowNanos);
    }
    return now.probes == null ? 0 : now.probes.nextPlaceNanos(nowNanos);
  }

  <C> C counts(Counts<C> into, long faultCount) {
    FailureWindow window = current.get().window;
    long now = time.nanoTime();
    return into.of(
        window == null ? 0 : window.calls(now),
        window == null ? 0 : window.failures(now),
        window == null ? 0 : window.slowCalls(now),
        successes.sum(),
        failures.get(),
        slowCalls.get(),
        refused.get(),
        opened.get(),
        late.get(),
        faultCount);
  }

  /** One stretch of one state. Compared by identity; replaced, never changed. */
  private static final class Episode {
    final Phase phase;
    final long number;
    final @Nullable FailureWindow window; // CLOSED
    final @Nullable Probes probes; // HALF_OPEN
    final long untilNanos; // OPEN
    final int openings; // in a row, since it was last closed

    private Episode(
        Phase phase,
        long number,
        @Nullable FailureWindow window,
        @Nullable Probes probes,
        long untilNanos,
        int openings) {
      this.phase = phase;
      this.number = number;
      this.window = window;
      this.probes = probes;
      this.untilNanos = untilNanos;
      this.openings = openings;
    }

    static Episode closed(long number, FailureWindow window) {
      return new Episode(Phase.CLOSED, number, window, null, 0, 0);
    }

    static Episode halfOpen(Episode open, Probes probes) {
      return new Episode(Phase.HALF_OPEN, open.number + 1, null, probes, 0, open.openings);
    }

    static Episode open(Episode from, long untilNanos, int openings) {
      return new Episode(Phase.OPEN, from.number + 1, null, null, untilNanos, openings);
    }
  }
}
