// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.core.TimeSource;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Carries out a plan: round by round, arm by arm, a line of progress for each. */
final class Session {
  private final Meter meter;
  private final TimeSource time;
  private final PrintStream progress;

  Session(Meter meter, TimeSource time, PrintStream progress) {
    this.meter = meter;
    this.time = time;
    this.progress = progress;
  }

  /** Fewer rounds than planned if the machine turns out too slow for them. */
  List<Round> run(Plan plan) {
    long began = time.nanoTime();
    Duration slowest = Duration.ZERO;
    List<Round> rounds = new ArrayList<>();
    while (rounds.size() < plan.rounds()) {
      Duration before = since(began);
      if (!rounds.isEmpty() && !plan.admits(before, slowest)) {
        progress.printf("no time for round %d of %d%n", rounds.size() + 1, plan.rounds());
        break;
      }
      rounds.add(round(plan, rounds.size(), began));
      Duration took = since(began).minus(before);
      slowest = took.compareTo(slowest) > 0 ? took : slowest;
    }
    return rounds;
  }

  private Round round(Plan plan, int round, long began) {
    Map<Arm, Sample> samples = new HashMap<>();
    for (Arm arm : plan.order(round)) {
      Sample sample = meter.measure(arm, plan.timing());
      samples.put(arm, sample);
      progress.printf(
          "round %d/%d  %2d/%d  %s of about %s  %s: %s %s%n",
          round + 1,
          plan.rounds(),
          samples.size(),
          plan.arms().size(),
          Figures.duration(since(began)),
          Figures.duration(plan.estimate()),
          arm.name(),
          Figures.value(sample.value()),
          arm.unit());
    }
    return new Round(samples);
  }

  private Duration since(long began) {
    return Duration.ofNanos(time.nanoTime() - began);
  }
}
