/**
 * Suite {@code resilience}: what a call through breaker, bulkhead, retry, rate limiter, timeout and
 * their composition costs, beside the libraries that guard calls today.
 *
 * <p>{@link dev.tenfold.benchmarks.resilience.ResilienceSuite} lists the rows, {@link
 * dev.tenfold.benchmarks.resilience.Shape} says which policies a guard is made of, {@link
 * dev.tenfold.benchmarks.resilience.Contender} makes it with our policies or a peer's, each behind
 * one interface, and {@link dev.tenfold.benchmarks.resilience.GuardBenchmark} times one of them per
 * fork.
 */
@NullMarked
package dev.tenfold.benchmarks.resilience;

import org.jspecify.annotations.NullMarked;
