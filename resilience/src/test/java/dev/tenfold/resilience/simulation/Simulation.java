// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Plays worlds, one per seed. */
public final class Simulation {
  private static final int STEPS = 40;

  private Simulation() {}

  /**
   * Plays a range of seeds.
   *
   * @param first the first seed
   * @param count how many
   * @return the first objection with its seed, or null if every world is sound
   */
  public static @Nullable String firstFailure(long first, long count) {
    for (long seed = first; seed < first + count; seed++) {
      String failure = failure(seed);
      if (failure != null) {
        return "seed " + seed + " (reproduce it with -Dseed=" + seed + "): " + failure;
      }
    }
    return null;
  }

  private static @Nullable String failure(long seed) {
    try {
      return new World(seed).play(STEPS);
    } catch (Throwable thrown) {
      Thread.interrupted();
      var trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      return trace.toString();
    }
  }
}
