// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.CheckedRunnable;
import dev.tenfold.core.TimeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts and ends the faults at their times, on a thread of its own. */
final class FaultSchedule {
  private static final String NO_FAULT = "no fault";

  private final TimeSource time;
  private final List<Fault> faults;
  private volatile @Nullable Exception failure;

  FaultSchedule(TimeSource time, List<Fault> faults) {
    this.time = time;
    this.faults = List.copyOf(faults);
  }

  List<Fault.Window> windows() {
    return faults.stream().map(Fault::window).toList();
  }

  /** Returns the phases of a run: no fault, then each fault. */
  List<String> phases() {
    return Stream.concat(Stream.of(NO_FAULT), windows().stream().map(Fault.Window::label)).toList();
  }

  /** Returns the phase of a moment. */
  String phaseAt(double second) {
    String fault = faultAt(second);
    return fault.isEmpty() ? NO_FAULT : fault;
  }

  /** Returns the label of the fault at a moment, or empty. */
  String faultAt(double second) {
    for (Fault fault : faults) {
      if (fault.window().holdsAt(second)) {
        return fault.window().label();
      }
    }
    return "";
  }

  /** Returns the exception that kept a fault from being injected, or null. */
  @Nullable Exception failure() {
    return failure;
  }

  Thread start(long beganNanos) {
    Thread thread = new Thread(() -> run(beganNanos), "demo-faults");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void run(long beganNanos) {
    try {
      for (Step step : steps()) {
        time.sleep(beganNanos + (long) (step.second * 1e9) - time.nanoTime());
        step.action.run();
      }
    } catch (Exception stopped) {
      failure = stopped;
    }
  }

  private List<Step> steps() {
    var steps = new ArrayList<Step>();
    for (Fault fault : faults) {
      steps.add(new Step(fault.window().fromSeconds(), fault.begin()));
      steps.add(new Step(fault.window().toSeconds(), fault.end()));
    }
    steps.sort(Comparator.comparingDouble(Step::second));
    return steps;
  }

  private record Step(double second, CheckedRunnable<Exception> action) {}
}
