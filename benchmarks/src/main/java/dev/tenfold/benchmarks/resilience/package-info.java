/**
 * Suite {@code resilience}: the cost of a call through breaker, bulkhead, retry, rate limiter,
 * timeout and their composition, beside other resilience libraries.
 *
 * <p>{@link dev.tenfold.benchmarks.resilience.ResilienceSuite} lists the rows, {@link
 * dev.tenfold.benchmarks.resilience.Shape} the compositions of policies, {@link
 * dev.tenfold.benchmarks.resilience.Contender} the libraries that build them. {@link
 * dev.tenfold.benchmarks.resilience.GuardBenchmark} times one of them per fork.
 */
@NullMarked
package dev.tenfold.benchmarks.resilience;

import org.jspecify.annotations.NullMarked;
