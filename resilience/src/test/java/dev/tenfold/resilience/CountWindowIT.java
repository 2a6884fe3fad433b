// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Lincheck plays the interleavings of a few calls on the count window and looks for one that no
 * order of the calls explains. The ring is larger than the calls are many: the window's javadoc
 * says what may happen to a thread delayed by a lap.
 */
class CountWindowIT {
  private static final Threshold THRESHOLD = new Threshold(0.5, 0.6, 3);

  private static ModelCheckingOptions options() {
    return new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(1)
        .iterations(6)
        .invocationsPerIteration(500)
        .sequentialSpecification(Counted.class);
  }

  @Test
  void record_anyInterleaving_isLinearizable() {
    assertThatCode(() -> options().check(Sound.class)).doesNotThrowAnyException();
  }

  @Test
  void record_fullOfSuccesses_isLinearizable() {
    ModelCheckingOptions full = options().sequentialSpecification(CountedFull.class);
    assertThatCode(() -> full.check(SoundFull.class)).doesNotThrowAnyException();
  }

  @Test
  void record_fullAndItsFailuresAddedInTwoSteps_isFoundOut() {
    ModelCheckingOptions full = options().sequentialSpecification(CountedFull.class);
    assertThatThrownBy(() -> full.minimizeFailedScenario(false).check(TornFull.class))
        .isInstanceOf(LincheckAssertionError.class);
  }

  @Test
  void record_sumReadAndWrittenInTwoSteps_isFoundOut() {
    assertThatThrownBy(() -> options().minimizeFailedScenario(false).check(Torn.class))
        .isInstanceOf(LincheckAssertionError.class);
  }

  /** What is asked of every window. */
  abstract static class Subject {
    private final FailureWindow window;

    Subject(FailureWindow window) {
      this.window = window;
    }

    /** A success. */
    @Operation
    public boolean success() {
      return window.record(0, false, false);
    }

    /** A failure. */
    @Operation
    public boolean failure() {
      return window.record(0, true, false);
    }

    /** A slow success. */
    @Operation
    public boolean slow() {
      return window.record(0, false, true);
    }

    /** Reads one count. */
    @Operation
    public long failures() {
      return window.failures(0);
    }

    /** Reads another. */
    @Operation
    public long calls() {
      return window.calls(0);
    }
  }

  /** The window. */
  public static final class Sound extends Subject {
    /** Made anew for every interleaving. */
    public Sound() {
      super(new CountWindow(THRESHOLD, 32));
    }
  }

  /** The window after a lap of successes. */
  public static final class SoundFull extends Subject {
    /** Made anew for every interleaving. */
    public SoundFull() {
      super(filled(new CountWindow(THRESHOLD, 32)));
    }
  }

  /** The same without its care for threads that come at once. */
  public static final class TornFull extends Subject {
    /** Made anew for every interleaving. */
    public TornFull() {
      super(new TornFullWindow());
    }
  }

  /** What the calls mean one after the other, if failures only push successes out. */
  public static final class CountedFull extends Subject {
    /** Made anew for every explanation. */
    public CountedFull() {
      super(filled(new PlainFullWindow()));
    }
  }

  private static FailureWindow filled(FailureWindow window) {
    for (int i = 0; i < 32; i++) {
      window.record(0, false, false);
    }
    return window;
  }

  /** A copy that adds in two steps. */
  public static final class Torn extends Subject {
    /** Made anew for every interleaving. */
    public Torn() {
      super(new TornWindow());
    }
  }

  /** What the calls mean one after the other. */
  public static final class Counted extends Subject {
    /** Made anew for every explanation. */
    public Counted() {
      super(new PlainWindow());
    }
  }

  private static class PlainWindow implements FailureWindow {
    long calls;
    long failures;
    long slow;

    @Override
    public boolean record(long nowNanos, boolean failed, boolean isSlow) {
      calls++;
      failures += failed ? 1 : 0;
      slow += isSlow ? 1 : 0;
      boolean mayOpen = failed || isSlow || calls == THRESHOLD.minimumCalls();
      return mayOpen && THRESHOLD.enough(calls) && THRESHOLD.reached(calls, failures, slow);
    }

    @Override
    public long recorded() {
      return calls;
    }

    @Override
    public long calls(long nowNanos) {
      return calls;
    }

    @Override
    public long failures(long nowNanos) {
      return failures;
    }

    @Override
    public long slowCalls(long nowNanos) {
      return slow;
    }
  }

  private static class PlainFullWindow extends PlainWindow {
    @Override
    public boolean record(long nowNanos, boolean failed, boolean isSlow) {
      boolean open = super.record(nowNanos, failed, isSlow);
      calls = Math.min(32, calls);
      return open;
    }
  }

  private static final class TornFullWindow extends PlainFullWindow {
    private final AtomicInteger bad = new AtomicInteger();

    TornFullWindow() {
      filled(this);
    }

    @Override
    public boolean record(long nowNanos, boolean failed, boolean isSlow) {
      int before = bad.get();
      bad.set(before + (failed ? 1 : 0));
      boolean open = super.record(nowNanos, failed, isSlow);
      failures = bad.get();
      return open;
    }
  }

  private static final class TornWindow extends PlainWindow {
    private final AtomicInteger sum = new AtomicInteger();

    @Override
    public boolean record(long nowNanos, boolean failed, boolean isSlow) {
      int before = sum.get();
      sum.set(before + 1);
      calls = before;
      return super.record(nowNanos, failed, isSlow);
    }
  }
}
