// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline of one key, the calls that are in it, and when it was last used.
 *
 * <p>All that decides whether it may be given up stands in one word: the calls in it, whether it
 * was used since it was last looked at, and how often that was found so. Who gives it up swaps
 * exactly the word under which it found every policy idle, so no call can have come in between, and
 * none can come after.
 */
final class KeyedPipeline {
  private static final long CALLS = (1L << 32) - 1;
  private static final long USED = 1L << 62;
  private static final long ONE_LOOK = 1L << 32;
  private static final long LOOKS = USED - ONE_LOOK;
  private static final long GONE = Long.MIN_VALUE;
  private static final VarHandle WORD;
  private static final VarHandle PIPELINE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WORD = lookup.findVarHandle(KeyedPipeline.class, "word", long.class);
      PIPELINE = lookup.findVarHandle(KeyedPipeline.class, "pipeline", Pipeline.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private volatile long word = USED | 1; // whoever makes it is in it
  private volatile @Nullable Pipeline pipeline;
  private volatile long usedNanos;
  private @Nullable Registrations registrations; // written by a call, read after the last is out

  /** Comes in. Returns false if it was given up. */
  boolean enter() {
    for (long now = word; now >= 0; now = word) {
      if (WORD.compareAndSet(this, now, (now | USED) + 1)) {
        return true;
      }
    }
    return false;
  }

  void exit() {
    WORD.getAndAdd(this, -1L);
  }

  boolean furnished() {
    return pipeline != null;
  }

  /** For a call that is in. */
  Pipeline pipeline() {
    return Objects.requireNonNull(pipeline);
  }

  /** For a call that is in: sets the pipeline, unless another call was faster. */
  boolean install(Pipeline made, Registrations of) {
    if (!PIPELINE.compareAndSet(this, null, made)) {
      return false;
    }
    registrations = of;
    return true;
  }

  /** Notes that it was used until now, if it was. While a call is in, it stays used. */
  void look(long nowNanos) {
    long seen = word;
    if ((seen & USED) != 0 && (seen & CALLS) == 0) {
      usedNanos = nowNanos;
      WORD.compareAndSet(this, seen, (seen + ONE_LOOK) & LOOKS);
    }
  }

  /** Gives it up, if it has been idle for so long and no policy has anything to keep. */
  boolean giveUp(long nowNanos, long idleNanos) {
    long seen = word;
    if (seen < 0 || (seen & USED) != 0 || nowNanos - usedNanos < idleNanos) {
      return false;
    }
    Pipeline mine = pipeline;
    return mine != null && mine.idle() && WORD.compareAndSet(this, seen, GONE);
  }

  /** Gives it up, if it has no pipeline and nobody is about to make one. */
  boolean giveUpEmpty() {
    long seen = word;
    return seen >= 0
        && (seen & CALLS) == 0
        && pipeline == null
        && WORD.compareAndSet(this, seen, GONE);
  }

  /** Takes the telemetry back, after it was given up. */
  void close(Consumer<Throwable> faults) {
    if (registrations != null) {
      registrations.close(faults);
    }
  }
}
