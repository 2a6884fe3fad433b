/**
 * The bench: suites of JMH benchmarks that put Tenfold beside the floors of the machine and beside
 * the libraries that one would otherwise pick, and say with an interval whether a target is met.
 *
 * <p>{@link dev.tenfold.benchmarks.Main} is the command line, {@link dev.tenfold.benchmarks.Suite}
 * what a suite implements, in a subpackage of its own, and names in {@code
 * META-INF/services/dev.tenfold.benchmarks.Suite}. A suite is a list of {@link
 * dev.tenfold.benchmarks.Row rows}; a row names our {@link dev.tenfold.benchmarks.Arm arm}, the
 * peers' arms and what it claims; {@link dev.tenfold.benchmarks.Floors} holds the floors that
 * several suites share.
 *
 * <p>One round is one fork of every arm and every floor; a claim is judged by what it comes to in
 * each round. All of this is plain code that is tested without JMH; only {@link
 * dev.tenfold.benchmarks.Meter} measures. Confined to the main thread.
 */
@NullMarked
package dev.tenfold.benchmarks;

import org.jspecify.annotations.NullMarked;
