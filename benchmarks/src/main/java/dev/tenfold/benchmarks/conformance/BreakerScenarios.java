// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** Scenarios of a circuit breaker. */
final class BreakerScenarios {
  private static final int CALLS = 4;

  private BreakerScenarios() {}

  static List<Scenario> all() {
    return Stream.of(results(), probes()).flatMap(List::stream).toList();
  }

  private static List<Scenario> results() {
    return List.of(
        new Scenario(
            "Resilience4j 2.4.0",
            "Probes that end with an Error do not wedge the breaker",
            BreakerScenarios::errors),
        new Scenario(
            "Resilience4j 2.4.0",
            "A call from before the opening does not close the breaker when it ends well",
            BreakerScenarios::lateSuccess),
        new Scenario(
            "Resilience4j 2.4.0",
            "Ignored results of old calls do not add places for probes",
            BreakerScenarios::lateIgnored),
        new Scenario(
            "Resilience4j 2.4.0",
            "An asynchronous call completes though the result predicate throws",
            BreakerScenarios::throwingPredicateCompletes),
        new Scenario(
            "Resilience4j #2324",
            "A predicate that throws about a probe does not wedge the breaker",
            BreakerScenarios::throwingPredicateOfProbe),
        new Scenario(
            "Resilience4j 2.4.0",
            "The window forgets by the clock that the breaker was given",
            BreakerScenarios::window),
        new Scenario(
            "Failsafe 3.3.2",
            "A cancelled probe is no failure and gives its place back",
            BreakerScenarios::cancelledProbe),
        new Scenario(
            "Resilience4j #332, #1428",
            "Cancelled calls do not open the breaker",
            BreakerScenarios::cancelledCalls),
        new Scenario(
            "Resilience4j #2334, #2379",
            "Windows of one, two and three calls count",
            BreakerScenarios::smallWindows),
        new Scenario(
            "Failsafe #378, Resilience4j #1982",
            "A breaker whose time is up says so before the next call",
            BreakerScenarios::staleState),
        new Scenario(
            "Resilience4j #1123, #2013",
            "A stage's failure is judged by its cause",
            BreakerScenarios::wrapped));
  }

  private static List<Scenario> probes() {
    return List.of(
        new Scenario(
            "Resilience4j #544",
            "A probe that ends with an ignored exception gives its place back",
            BreakerScenarios::ignoredProbe),
        new Scenario(
            "Resilience4j #935, #1389",
            "A probe that outlasts its lease does not wedge the breaker",
            BreakerScenarios::lostProbe),
        new Scenario(
            "Resilience4j #935, #1389",
            "Probes that all hang open the breaker again, however many calls come",
            BreakerScenarios::hangingProbes),
        new Scenario(
            "Resilience4j #935, #1389",
            "A probe that never returns does not wedge a breaker left at its defaults",
            BreakerScenarios::lostProbeByDefault));
  }

  private static Finding errors(Library library) throws Exception {
    Spec.Breaker breaker = new Spec.Breaker(CALLS, 2);
    Guarded guarded = library.guard(breaker);
    library.halfOpen(guarded, breaker);
    for (int i = 0; i < 2; i++) {
      try {
        guarded.call(() -> {
          throw new StackOverflowError();
        });
      } catch (StackOverflowError probe) {
        continue;
      } catch (RuntimeException refusal) {
        break;
      }
    }
    int admitted = 0;
    for (int i = 0; i < 5; i++) {
      library.pass(Spec.OPEN.multipliedBy(3));
      admitted += library.admits(guarded) ? 1 : 0;
    }
    return Finding.of(
        admitted > 0, "refuses every later call, whatever the time, state " + guarded.state());
  }

  private static Finding lateSuccess(Library library) {
    Spec.Breaker breaker = new Spec.Breaker(CALLS, 1);
    Guarded guarded = library.guard(breaker);
    HeldCall old = HeldCall.begin(library, guarded);
    library.halfOpen(guarded, breaker);
    HeldCall probe = HeldCall.begin(library, guarded);
    old.complete("late");
    String state = guarded.state();
    probe.complete("fine");
    return Finding.of(
        probe.admitted() && !state.equals("CLOSED"), "is " + state + " while its probe is out");
  }

  private static Finding lateIgnored(Library library) {
    Spec.Breaker breaker =
        new Spec.Breaker(CALLS, 1).ignoring(IllegalArgumentException.class::isInstance);
    Guarded guarded = library.guard(breaker);
    List<HeldCall> old = begin(library, guarded, 5);
    library.halfOpen(guarded, breaker);
    HeldCall probe = HeldCall.begin(library, guarded);
    old.forEach(call -> call.fail(new IllegalArgumentException("not the backend's fault")));
    long more = begin(library, guarded, 10).stream().filter(HeldCall::admitted).count();
    return Finding.of(
        probe.admitted() && more == 0, "has " + (1 + more) + " probes out in place of 1");
  }

  private static List<HeldCall> begin(Library library, Guarded guarded, int count) {
    List<HeldCall> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(HeldCall.begin(library, guarded));
    }
    return calls;
  }

  private static Finding throwingPredicateCompletes(Library library) {
    Guarded guarded = library.guard(new Spec.Breaker(CALLS, 1).failing(BreakerScenarios::throwing));
    CompletableFuture<Object> future =
        guarded.callAsync(() -> CompletableFuture.completedFuture("fine"));
    return Finding.of(library.eventually(future::isDone), "the future never completes");
  }

  private static Finding throwingPredicateOfProbe(Library library) throws Exception {
    Spec.Breaker breaker =
        new Spec.Breaker(CALLS, 1)
            .counting(error -> error instanceof IllegalStateException || throwing(error));
    Guarded guarded = library.guard(breaker);
    library.halfOpen(guarded, breaker);
    try {
      guarded.call(() -> {
        throw new IllegalArgumentException("judged by the predicate that throws");
      });
    } catch (RuntimeException either) {
      library.pass(Spec.OPEN.multipliedBy(3));
      return Finding.of(
          library.admits(guarded), "refuses the next probe, state " + guarded.state());
    }
    return Finding.fails("swallowed the exception");
  }

  private static boolean throwing(Object judged) {
    throw new UnsupportedOperationException("cannot judge " + judged);
  }

  private static Finding window(Library library) {
    Spec.Breaker breaker = new Spec.Breaker(2, 1).ofTime(Duration.ofSeconds(5));
    return byEachWindow(library, breaker, BreakerScenarios::window);
  }

  private interface Steps {
    Finding take(Library library, Spec.Breaker breaker);
  }

  /** By the window that a library has by default, and by the other one, if there is a choice. */
  private static Finding byEachWindow(Library library, Spec.Breaker breaker, Steps steps) {
    Finding finding = steps.take(library, breaker);
    return finding.holds() && library.choosesWindow()
        ? finding.but("its lock-free window", steps.take(library, breaker.withoutLocks()))
        : finding;
  }

  private static Finding window(Library library, Spec.Breaker breaker) {
    Guarded guarded = library.guard(breaker);
    library.fail(guarded, 1);
    library.pass(Duration.ofHours(1));
    library.fail(guarded, 1);
    return Finding.of(
        guarded.state().equals("CLOSED"), "a window of 5 s still counts a failure of an hour ago");
  }

  private static Finding cancelledProbe(Library library) throws Exception {
    Spec.Breaker breaker = new Spec.Breaker(CALLS, 1);
    Guarded guarded = library.guard(breaker);
    library.halfOpen(guarded, breaker);
    HeldCall probe = HeldCall.begin(library, guarded);
    probe.cancel();
    String state = guarded.state();
    return Finding.of(
        probe.admitted() && library.admits(guarded), "refuses the next probe, state " + state);
  }

  private static Finding cancelledCalls(Library library) {
    Guarded guarded = library.guard(new Spec.Breaker(CALLS, 1));
    for (int i = 0; i < CALLS; i++) {
      HeldCall.begin(library, guarded).cancel();
    }
    String state = guarded.state();
    return Finding.of(state.equals("CLOSED"), "is " + state + " after " + CALLS + " of them");
  }

  private static Finding ignoredProbe(Library library) throws Exception {
    Spec.Breaker breaker =
        new Spec.Breaker(CALLS, 1).ignoring(IllegalArgumentException.class::isInstance);
    Guarded guarded = library.guard(breaker);
    library.halfOpen(guarded, breaker);
    try {
      guarded.call(() -> {
        throw new IllegalArgumentException("not the backend's fault");
      });
    } catch (IllegalArgumentException expected) {
      return Finding.of(
          library.admits(guarded), "refuses the next probe, state " + guarded.state());
    }
    return Finding.fails("swallowed the exception");
  }

  private static Finding lostProbe(Library library) throws Exception {
    Duration lease = Spec.OPEN.multipliedBy(2);
    return lostProbe(library, new Spec.Breaker(CALLS, 1).leasing(lease), lease.multipliedBy(2));
  }

  /** Calls come so often that a place is taken again as soon as its lease has ended. */
  private static Finding hangingProbes(Library library) {
    Duration lease = Spec.OPEN.multipliedBy(2);
    Spec.Breaker breaker = new Spec.Breaker(CALLS, 2).leasing(lease);
    Guarded guarded = library.guard(breaker);
    library.halfOpen(guarded, breaker);
    int hanging = 0;
    for (int i = 0; i < 200; i++) {
      hanging += HeldCall.begin(library, guarded).admitted() ? 1 : 0;
      if (guarded.state().equals("OPEN")) {
        return Finding.of(hanging > 0, "let no probe in");
      }
      library.pass(lease.dividedBy(8));
    }
    return Finding.fails("is " + guarded.state() + " after " + hanging + " probes that hang");
  }

  private static Finding lostProbeByDefault(Library library) throws Exception {
    return lostProbe(library, new Spec.Breaker(CALLS, 1), Duration.ofHours(1));
  }

  private static Finding lostProbe(Library library, Spec.Breaker breaker, Duration wait)
      throws Exception {
    Guarded guarded = library.guard(breaker);
    library.halfOpen(guarded, breaker);
    HeldCall lost = HeldCall.begin(library, guarded);
    int admitted = 0;
    for (int i = 0; i < 5; i++) {
      library.pass(wait);
      admitted += library.admits(guarded) ? 1 : 0;
    }
    return Finding.of(
        lost.admitted() && admitted > 0,
        "refuses every later call, whatever the time, state " + guarded.state());
  }

  private static Finding smallWindows(Library library) {
    Finding first = Finding.of(true, "");
    for (int size = 1; size <= 3; size++) {
      Spec.Breaker breaker = new Spec.Breaker(size, 1);
      Finding finding = byEachWindow(library, breaker, BreakerScenarios::smallWindow);
      if (!finding.holds()) {
        return finding;
      }
      first = first.observed().isEmpty() ? finding : first;
    }
    return first;
  }

  private static Finding smallWindow(Library library, Spec.Breaker breaker) {
    int size = breaker.calls();
    Guarded guarded = library.guard(breaker);
    for (int i = 0; i < 10; i++) {
      try {
        guarded.call(() -> "fine");
      } catch (Exception error) {
        return Finding.fails("a window of " + size + " ended call " + (i + 1) + " with " + error);
      }
    }
    library.fail(guarded, (size + 1) / 2);
    return Finding.of(
        guarded.state().equals("OPEN"), "a window of " + size + " is " + guarded.state());
  }

  private static Finding staleState(Library library) {
    Spec.Breaker breaker = new Spec.Breaker(CALLS, 1).announcing();
    Guarded guarded = library.guard(breaker);
    library.halfOpen(guarded, breaker);
    return Finding.of(
        library.eventually(() -> guarded.state().equals("HALF_OPEN")),
        "says " + guarded.state() + " until somebody calls");
  }

  private static Finding wrapped(Library library) {
    Guarded guarded =
        library.guard(new Spec.Breaker(CALLS, 1).counting(IllegalStateException.class::isInstance));
    for (int i = 0; i < CALLS; i++) {
      CompletableFuture<Object> failed =
          CompletableFuture.failedFuture(
              new CompletionException(new IllegalStateException("backend failed")));
      library.eventually(guarded.callAsync(() -> failed)::isDone);
    }
    String state = guarded.state();
    return Finding.of(
        state.equals("OPEN"), "is " + state + ": a CompletionException hides what failed");
  }
}
