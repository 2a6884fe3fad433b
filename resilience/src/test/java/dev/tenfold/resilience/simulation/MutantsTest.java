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
 * seeds. A defect whose text is no longer in the source fails too.
 */
class MutantsTest {
  private static final long SEEDS = 5_000;

  static Stream<Arguments> mutants() {
    return Stream.of(
        of("Permits", "if (before >= ONE_WAITING && granting", "if (false && granting"),
        of("Permits", "WORD.getAndAdd(this, 1L); // before", "// before"),
        of("BreakerProbes", "          serials[i] = 0;\n", ""),
        of("BreakerProbes", "nowNanos - leasedUntil[place] < 0", "true"),
        of(
            "BreakerProbes",
            "boolean allOverdue = live == 0 && overdue > 0;",
            "boolean allOverdue = false;"),
        of("BreakerProbes", "failures + overdue > serials.length", "failures > serials.length"),
        of("BreakerProbes", "live + overdue + successes + failures >=", "live + overdue >="),
        of("BreakerStateMachine", "if (!now.admitted(permit)) {", "if (false) {"),
        of("RateLimiter", "return wait == 0 ? 0 : waiting(wait);", "return 0;"),
        of(
            "RateLimiter",
            "compareAndSet(after, after - cost)",
            "compareAndSet(after, after - 3 * cost)"),
        of("BlockingWait", "BlockingTimeout.leftNanos(watch, time) <= nanos", "false"),
        of("AsyncAttempt", "leftNanos() <= -permit", "false"),
        of("ClippedTimeout", "return 2 * nanos >=", "return true || 2 * nanos >="),
        of("RetryProgress", "delay >= deadline.remainingNanos()", "false"),
        of(
            "RetryBudget",
            "compareAndSet(this, before, before - RETRY)",
            "weakCompareAndSet(this, before, before)"),
        of("RetryBudget", "now - last >= trickleNanos", "true"),
        of("Retry", "if (verdict == Verdict.SUCCESS) {", "if (true) {"),
        of("GateStep", "c.exit(p3", "c.exit(p2"),
        of("GateStep", "return permit < 0 && clocked", "return false"),
        of("TimeoutStep", "if (mine.lost(timer) && !(error", "if (false && !(error"),
        of("AsyncAttempt", "timer.cancel(); // the permit is", "// the permit is"),
        of("AsyncAttempt", "} else if (held()) {", "} else if (false) {"),
        of(
            "AsyncAttempt",
            "stopInside(ending, () -> exitGates(ending));",
            "stopInside(ending, () -> {});\n      exitGates(ending);"),
        of("AsyncSegment", "int i = entered - 1; i >= 0; i--", "int i = 0; i < entered; i++"),
        of("AsyncCall", "future.cancel(true);", ""));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("mutants")
  void simulation_plantedDefect_isCaught(
      String file, String text, String instead, @TempDir Path directory) throws Exception {
    MutantLoader mutant = MutantLoader.of(directory, file, text, instead);

    assertThat(mutant.firstFailure(SEEDS)).startsWith("seed");
  }
}
