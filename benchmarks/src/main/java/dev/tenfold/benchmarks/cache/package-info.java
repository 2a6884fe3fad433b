/**
 * Suite {@code cache}: the cost of a hit in memory, beside Caffeine and ConcurrentHashMap.
 *
 * <p>{@link dev.tenfold.benchmarks.cache.CacheSuite} lists the rows, {@link
 * dev.tenfold.benchmarks.cache.Contender} creates the caches behind one interface, {@link
 * dev.tenfold.benchmarks.cache.MemoryHitBenchmark} times one contender per fork.
 */
@NullMarked
package dev.tenfold.benchmarks.cache;

import org.jspecify.annotations.NullMarked;
