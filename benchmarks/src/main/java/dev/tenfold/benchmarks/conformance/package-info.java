/**
 * Check {@code conformance}: failures that users of resilience libraries reported, played against
 * Tenfold and the two libraries nearest to it.
 *
 * <p>A {@link dev.tenfold.benchmarks.conformance.Scenario} is a sentence that should hold and the
 * steps that test the sentence. The steps use {@link dev.tenfold.benchmarks.conformance.Spec}s,
 * from which a {@link dev.tenfold.benchmarks.conformance.Library} builds its own policies. Time is
 * virtual if the library takes a clock; otherwise the scenario waits some milliseconds of real
 * time.
 */
@NullMarked
package dev.tenfold.benchmarks.conformance;

import org.jspecify.annotations.NullMarked;
