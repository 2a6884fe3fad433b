/**
 * Benchmarks: suites of JMH benchmarks that compare Tenfold with the floors of the machine and with
 * other libraries, and test claims about the difference by confidence intervals.
 *
 * <p>{@link dev.tenfold.benchmarks.Main} is the program. A {@link dev.tenfold.benchmarks.Suite} is
 * a list of {@link dev.tenfold.benchmarks.Row rows}. A row has an {@link dev.tenfold.benchmarks.Arm
 * arm} of Tenfold, arms of peers, and claims. {@link dev.tenfold.benchmarks.Floors} has the floors
 * that several suites share. Each suite has a subpackage of its own and is named in {@code
 * META-INF/services/dev.tenfold.benchmarks.Suite}.
 *
 * <p>A round is one fork of every arm. A claim is tested with its figure in each round. Only {@link
 * dev.tenfold.benchmarks.Meter} runs JMH; everything else is tested without JMH. Confined to the
 * main thread.
 */
@NullMarked
package dev.tenfold.benchmarks;

import org.jspecify.annotations.NullMarked;
