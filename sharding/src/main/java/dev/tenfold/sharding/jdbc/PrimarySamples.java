// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The positions of the primary over time: at most 256 samples of one history, oldest first. Each
 * sample has the number of its question: questions are numbered as they are sent. Immutable.
 *
 * <p>A standby that reaches a sample sees everything that any reader of the primary saw before the
 * question was sent. So the newest sample that the standby reaches bounds its staleness, however
 * long the primary was idle, and without comparing the clocks of two hosts. And whoever has seen
 * something before a question was sent finds it again on a standby that reaches the sample.
 */
final class PrimarySamples {
  static final long NEVER = Long.MIN_VALUE;
  private static final int MAX_SAMPLES = 256;
  private static final PrimarySamples NONE = new PrimarySamples(new Sample[0]);

  private final Sample[] samples;

  private PrimarySamples(Sample[] samples) {
    this.samples = samples;
  }

  static PrimarySamples none() {
    return NONE;
  }

  /**
   * Adds a sample, unless an answer to a later question is there already.
   *
   * @param number the number of the question; 1 or more
   * @param answeredAt how many questions had been sent when the answer arrived
   * @param atNanos the moment before the question was sent
   * @param reading of a primary
   */
  PrimarySamples plus(long number, long answeredAt, long atNanos, Reading reading) {
    Position position = reading.position();
    Sample sample =
        new Sample(
            number,
            answeredAt,
            atNanos,
            position,
            reading.flushedOffset(),
            reading.flushDelay().toNanos());
    Sample last = latest();
    if (last == null) {
      return new PrimarySamples(new Sample[] {sample});
    }
    if (number <= last.number) {
      return this;
    }
    if (!position.reaches(last.position)) {
      boolean together = number <= last.answeredAt && position.isOfHistory(last.position);
      return together // the later question was answered first
          ? this
          : new PrimarySamples(new Sample[] {sample}); // another history, or a truncated log
    }
    boolean idle =
        last.position.offset() == position.offset() && last.flushedOffset == sample.flushedOffset;
    int keep = idle ? samples.length - 1 : samples.length;
    Sample[] kept = keep < MAX_SAMPLES ? Arrays.copyOf(samples, keep + 1) : everyOther();
    kept[kept.length - 1] = sample;
    return new PrimarySamples(kept);
  }

  /**
   * Returns every other sample and a free place. Staleness becomes less precise, and never too low.
   */
  private Sample[] everyOther() {
    Sample[] half = new Sample[MAX_SAMPLES / 2 + 1];
    for (int i = 0; i < MAX_SAMPLES / 2; i++) {
      half[i] = samples[2 * i + 1];
    }
    return half;
  }

  /** Returns the answer to the latest question; null if there is none. */
  @Nullable Sample latest() {
    return samples.length == 0 ? null : samples[samples.length - 1];
  }

  /**
   * Returns the answer to the latest question; null if that was among the first {@code since} ones.
   */
  @Nullable Sample latestAfter(long since) {
    Sample last = latest();
    return last != null && last.number > since ? last : null;
  }

  /** Returns the number of the latest sample that a standby reaches; 0 if it reaches none. */
  long reached(Position standby) {
    for (int i = samples.length - 1; i >= 0; i--) {
      if (standby.reaches(samples[i].position)) {
        return samples[i].number;
      }
    }
    return 0;
  }

  /**
   * Returns a moment up to which readers of a standby see every commit that had returned by then,
   * or NEVER. The flushed offset of a sample covers the commits that had returned some time before
   * the question: it counts where an open transaction on an idle primary keeps the end of the log
   * in memory.
   */
  long freshAsOf(Position standby) {
    long fresh = NEVER;
    for (int i = samples.length - 1; i >= 0; i--) {
      Sample sample = samples[i];
      if (standby.reaches(sample.position)) {
        return Math.max(fresh, sample.atNanos);
      }
      if (fresh == NEVER && sample.flushedIsReachedBy(standby)) {
        fresh = sample.atNanos - sample.flushDelayNanos;
      }
    }
    return fresh;
  }

  /** The answer to one question. */
  record Sample(
      long number,
      long answeredAt,
      long atNanos,
      Position position,
      long flushedOffset,
      long flushDelayNanos) {

    private boolean flushedIsReachedBy(Position standby) {
      return standby.isOfHistory(position)
          && Long.compareUnsigned(standby.offset(), flushedOffset) >= 0;
    }
  }
}
