/**
 * Check {@code conformance}: failures that users of resilience libraries have met, played against
 * ours and the two nearest to it.
 *
 * <p>A {@link dev.tenfold.benchmarks.conformance.Scenario} is one sentence that should hold and the
 * steps that show whether it does. It speaks of {@link dev.tenfold.benchmarks.conformance.Spec}s,
 * which a {@link dev.tenfold.benchmarks.conformance.Library} turns into its own policies. Where a
 * library takes a clock, time is virtual; where it does not, the scenario waits for real, for some
 * milliseconds.
 */
@NullMarked
package dev.tenfold.benchmarks.conformance;

import org.jspecify.annotations.NullMarked;
