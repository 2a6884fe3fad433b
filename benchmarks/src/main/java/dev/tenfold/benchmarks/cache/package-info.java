/**
 * Suite {@code cache}: what a hit in memory costs, beside the maps it is built from.
 *
 * <p>{@link dev.tenfold.benchmarks.cache.CacheSuite} lists the rows, {@link
 * dev.tenfold.benchmarks.cache.Contender} holds our cache and the peers behind one interface,
 * {@link dev.tenfold.benchmarks.cache.MemoryHitBenchmark} times one of them per fork.
 */
@NullMarked
package dev.tenfold.benchmarks.cache;

import org.jspecify.annotations.NullMarked;
