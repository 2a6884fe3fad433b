// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * When the primary stood where: at most 256 samples of one history, oldest first. Immutable.
 *
 * <p>A replica that reaches a sample sees everything committed before the sample was taken, so the
 * newest sample it reaches tells how fresh it is, however long the primary has been idle and
 * whatever the hosts' clocks say.
 */
final class PrimarySamples {
  static final long NEVER = -1;
  private static final int MOST = 256;
  private static final PrimarySamples NONE = new PrimarySamples(new Sample[0]);

  private final Sample[] samples;

  private PrimarySamples(Sample[] samples) {
    this.samples = samples;
  }

  static PrimarySamples none() {
    return NONE;
  }

  /**
   * Adds a sample.
   *
   * @param atNanos when the question was asked, not when the answer came; 0 or more
   * @param position the answer
   */
  PrimarySamples plus(long atNanos, LagProbe.Position position) {
    Sample sample = new Sample(atNanos, position);
    Sample last = last();
    if (last == null || !position.reaches(last.position)) {
      return new PrimarySamples(new Sample[] {sample}); // another log, or one that was cut short
    }
    boolean idle = last.position.equals(position);
    int keep = idle ? samples.length - 1 : samples.length;
    Sample[] kept = keep < MOST ? Arrays.copyOf(samples, keep + 1) : everyOther();
    kept[kept.length - 1] = sample;
    return new PrimarySamples(kept);
  }

  private @Nullable Sample last() {
    return samples.length == 0 ? null : samples[samples.length - 1];
  }

  /** Half of the samples and a free place. What is lost is precision, towards older. */
  private Sample[] everyOther() {
    Sample[] half = new Sample[MOST / 2 + 1];
    for (int i = 0; i < MOST / 2; i++) {
      half[i] = samples[2 * i + 1];
    }
    return half;
  }

  /** Returns the moment up to which a reader at this position sees everything, or NEVER. */
  long freshAsOf(LagProbe.Position replica) {
    for (int i = samples.length - 1; i >= 0; i--) {
      if (replica.reaches(samples[i].position)) {
        return samples[i].atNanos;
      }
    }
    return NEVER;
  }

  private record Sample(long atNanos, LagProbe.Position position) {}
}
