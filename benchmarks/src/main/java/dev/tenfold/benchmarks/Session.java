// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import dev.tenfold.core.TimeSource;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures all arms of a schedule round by round, and prints a line of progress for each. */
final class Session {
  private final Meter meter;
  private final TimeSource time;
  private final PrintStream progress;

  Session(Meter meter, TimeSource time, PrintStream progress) {
    this.meter = meter;
    this.time = time;
    this.progress = progress;
  }

  /** Returns the rounds; fewer than scheduled if the machine is too slow. */
  List<Round> run(Schedule schedule) {
    long began = time.nanoTime();
    Duration slowest = Duration.ZERO;
    List<Round> rounds = new ArrayList<>();
    while (rounds.size() < schedule.rounds()) {
      Duration before = since(began);
      if (!rounds.isEmpty() && !schedule.admits(before, slowest)) {
        progress.printf(
            Locale.ROOT, "no time for round %d of %d%n", rounds.size() + 1, schedule.rounds());
        break;
      }
      rounds.add(round(schedule, rounds.size(), began));
      Duration took = since(began).minus(before);
      slowest = took.compareTo(slowest) > 0 ? took : slowest;
    }
    return rounds;
  }

  private Round round(Schedule schedule, int round, long began) {
    Map<Arm, Sample> samples = new HashMap<>();
    for (Arm arm : schedule.order(round)) {
      Sample sample = meter.measure(arm, schedule.timing());
      samples.put(arm, sample);
      progress.printf(
          Locale.ROOT,
          "round %d/%d  %2d/%d  %s of about %s  %s: %s %s%n",
          round + 1,
          schedule.rounds(),
          samples.size(),
          schedule.arms().size(),
          Figures.duration(since(began)),
          Figures.duration(schedule.estimate()),
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
