// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation finds what it looks for: each planted defect is caught within a fraction of the
 * seeds, by the promise that it breaks. A defect whose code is no longer in the source fails too.
 */
class MutantsTest {
  private static final long SEEDS = 5_000;

  static Stream<Arguments> mutants() {
    return Stream.of(
        of(
            "Permits",
            "if (before >= ONE_WAITING && granting",
            "if (false && granting",
            "a permit is free and nobody hands it out"),
        of(
            "Permits",
            "Waiter next = queue.remove(); WORD.getAndAdd(this, 1L);",
            "Waiter next = queue.remove();",
            "calls are behind Bulkhead"),
        of("BreakerProbes", "serials[i] = 0;", "", "a healthy backend does not close the breaker"),
        of(
            "BreakerProbes",
            "nowNanos - leasedUntil[place] < 0",
            "true",
            "a healthy backend does not close the breaker"),
        of(
            "BreakerProbes",
            "boolean allOverdue = live == 0 && overdue > 0;",
            "boolean allOverdue = false;",
            "half-open goes on although too many probes are overdue"),
        of(
            "BreakerProbes",
            "failures + overdue > serials.length",
            "failures > serials.length",
            "half-open goes on although too many probes are overdue"),
        of(
            "BreakerProbes",
            "live + overdue + successes + failures >=",
            "live + overdue >=",
            "probes decide"),
        of(
            "BreakerStateMachine",
            "if (!now.admitted(permit)) {",
            "if (false) {",
            "the breaker went from half-open to CLOSED after"),
        of(
            "RateLimiter",
            "return wait == 0 ? 0 : waiting(wait);",
            "return 0;",
            "calls passed a burst of"),
        of(
            "RateLimiter",
            "compareAndSet(after, after - cost)",
            "compareAndSet(after, after - 3 * cost)",
            "calls passed a burst of"),
        of(
            "BlockingWait",
            "BlockingTimeout.leftNanos(watch, time) <= nanos",
            "false",
            "waited for what comes after its timeout"),
        of(
            "AsyncAttempt",
            "leftNanos() <= -permit",
            "false",
            "waited for what comes after its timeout"),
        of(
            "ClippedTimeout",
            "return limitNanos != Long.MAX_VALUE && ranNanos >=",
            "return true || ranNanos >=",
            "hears FAILURE of"),
        of(
            "RetryProgress",
            "delay >= deadline.remainingNanos()",
            "false",
            "begins after the deadline of"),
        of(
            "RetryBudget",
            "compareAndSet(this, before, before - RETRY)",
            "weakCompareAndSet(this, before, before)",
            "successes are more than Budget"),
        of("RetryBudget", "now - last >= trickleNanos", "true", "successes are more than Budget"),
        of(
            "Retry",
            "if (verdict == Verdict.SUCCESS) {",
            "if (true) {",
            "successes are more than Budget"),
        of(
            "GateStep",
            "exit3(c, p3",
            "exit3(c, p2",
            "hears a second exit, or one of a permit it never gave"),
        of("GateStep", "return permit < 0 && clocked", "return false", "is entered with the time"),
        of(
            "TimeoutStep",
            "if (lost(mine, timer, watch) && !(error",
            "if (false && !(error",
            "an interrupt is left behind"),
        of(
            "AsyncAttempt",
            "timer.cancel(); gate.handBack(",
            "gate.handBack(",
            "timers are left and nobody calls"),
        of(
            "AsyncAttempt",
            "stopInside(last, freeThen -> exitGates(last, freeThen), free);",
            "stopInside(last, freeThen -> {}, free); exitGates(last, free);",
            "exits before a gate further in"),
        of("AsyncAttempt", "!free && gate.userCodeAtEntry()", "false", "runs on the timer"),
        of("AsyncAttempt", "handoff.here(free)", "true", "runs on the timer"),
        of(
            "AsyncAttempt",
            "handoff.follow(false, this::driveOnFreeThread)",
            "driveOnFreeThread()",
            "runs on the timer"),
        of(
            "AsyncSegment",
            "int i = passage.entered - 1; i >= 0; i--",
            "int i = 0; i < passage.entered; i++",
            "exits before a gate further in"),
        of(
            "AsyncSegment",
            "gate.userCodeAtExit(fixed) == (whose == Whose.USERS)",
            "whose == Whose.OWN",
            "runs on the timer"),
        of("AsyncHandoff", "return free && (", "return (", "runs on the timer"),
        of("AsyncHandoff", "refusal) { task.run(); }", "refusal) { }", "never ends"),
        of(
            "AsyncCall",
            "if (free) { callSupplier",
            "if (true) { callSupplier",
            "runs on the timer"),
        of("AsyncCall", "handoff.start( free,", "handoff.start( true,", "runs on the timer"),
        of(
            "AsyncCall",
            "handoff.follow(free, () -> completeFuture(",
            "handoff.follow(true, () -> completeFuture(",
            "runs on the timer"),
        of(
            "AsyncCall",
            "handoff.follow(false, () -> repeat(present, result));",
            "repeat(present, result);",
            "runs on the timer"),
        of(
            "AsyncCall",
            "new AtomicInteger(2)",
            "new AtomicInteger(1)",
            "timers are left and nobody calls"),
        of("AsyncCall", "running.cancel(true);", "", "is over and its stage is not cancelled"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("mutants")
  void simulation_plantedDefect_isCaughtByThePromiseThatItBreaks(
      String file, String code, String instead, String objection, @TempDir Path directory)
      throws Exception {
    SimulatedMutant mutant = SimulatedMutant.of(directory, file, code, instead);

    assertThat(mutant.objections(SEEDS, objection))
        .as("objections, one of which says: %s", objection)
        .singleElement()
        .asString()
        .contains(objection);
  }
}
