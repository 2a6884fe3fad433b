// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The positions of the primary over time: at most 256 samples of one history, oldest first.
 * Immutable.
 *
 * <p>A replica that reaches a sample sees everything that was committed before the sample was
 * taken. So the newest sample that the replica reaches bounds its staleness, however long the
 * primary was idle, and without comparing the clocks of two hosts.
 */
final class PrimarySamples {
  static final long NEVER = -1;
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
   * Adds a sample.
   *
   * @param atNanos the moment before the probe asked for the position; 0 or more
   * @param position the position of the primary
   */
  PrimarySamples plus(long atNanos, LagProbe.Position position) {
    Sample sample = new Sample(atNanos, position);
    Sample last = last();
    if (last == null || !position.reaches(last.position)) {
      return new PrimarySamples(
          new Sample[] {sample}); // another history, or a log that was truncated
    }
    boolean idle = last.position.equals(position);
    int keep = idle ? samples.length - 1 : samples.length;
    Sample[] kept = keep < MAX_SAMPLES ? Arrays.copyOf(samples, keep + 1) : everyOther();
    kept[kept.length - 1] = sample;
    return new PrimarySamples(kept);
  }

  private @Nullable Sample last() {
    return samples.length == 0 ? null : samples[samples.length - 1];
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

  /** Returns the moment up to which readers at this position see every commit, or NEVER. */
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
