// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline of one key, the calls in it, and the time of its last use.
 *
 * <p>One word holds all that decides about eviction: the number of calls in the pipeline, whether
 * the pipeline was used since the last look, and the number of looks that found it used. An
 * eviction swaps exactly the word under which every policy was found idle: no call can have entered
 * in between, and none can enter after.
 */
final class KeyedPipeline {
  private static final long CALLS = (1L << 32) - 1;
  private static final long USED = 1L << 62;
  private static final long ONE_LOOK = 1L << 32;
  private static final long LOOKS = USED - ONE_LOOK;
  private static final long EVICTED = Long.MIN_VALUE;
  private static final VarHandle WORD =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "word", VarHandle.class, KeyedPipeline.class, long.class);
  private static final VarHandle PIPELINE =
      ConstantBootstraps.fieldVarHandle(
          MethodHandles.lookup(), "pipeline", VarHandle.class, KeyedPipeline.class, Pipeline.class);

  private volatile long word = USED | 1; // the call that creates the pipeline has entered
  private volatile @Nullable Pipeline pipeline;
  private volatile long usedNanos;
  private @Nullable Registrations registrations; // written by a call, read after the last exit

  /** Enters. Returns false if the key was evicted. */
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

  boolean created() {
    return pipeline != null;
  }

  /** Returns the pipeline, for a call that has entered. */
  Pipeline pipeline() {
    return Objects.requireNonNull(pipeline);
  }

  /** Sets the pipeline, unless another call has set one. For a call that has entered. */
  boolean install(Pipeline made, Registrations of) {
    if (!PIPELINE.compareAndSet(this, null, made)) {
      return false;
    }
    registrations = of;
    return true;
  }

  /** Writes the time of last use if the key was used. With a call in it, the key stays used. */
  void look(long nowNanos) {
    long seen = word;
    if ((seen & USED) != 0 && (seen & CALLS) == 0) {
      usedNanos = nowNanos;
      WORD.compareAndSet(this, seen, (seen + ONE_LOOK) & LOOKS);
    }
  }

  /** Evicts the key if it was idle for the given time and no policy has state worth keeping. */
  boolean evictIfIdle(long nowNanos, long idleNanos) {
    long seen = word;
    if (seen < 0 || (seen & USED) != 0 || nowNanos - usedNanos < idleNanos) {
      return false;
    }
    Pipeline mine = pipeline;
    return mine != null && mine.idle() && WORD.compareAndSet(this, seen, EVICTED);
  }

  /** Evicts the key if it has no pipeline and no call is about to create one. */
  boolean evictIfEmpty() {
    long seen = word;
    return seen >= 0
        && (seen & CALLS) == 0
        && pipeline == null
        && WORD.compareAndSet(this, seen, EVICTED);
  }

  /** Closes the telemetry registrations, after the eviction. */
  void close(Consumer<Throwable> faults) {
    if (registrations != null) {
      registrations.close(faults);
    }
  }
}
