/**
 * A read-through cache in two tiers: memory, and a remote store that processes share.
 *
 * <p>Start with {@link dev.tenfold.cache.TieredCache}. It fetches each key once at a time per
 * process, keeps no value that an invalidation has overtaken, and answers from the source when the
 * remote store is down. Both modes, memory only and two tiers, are the same class.
 *
 * <p>{@link dev.tenfold.cache.RemoteStore} is the SPI of the remote tier (the subpackage {@code
 * redis} implements it), {@link dev.tenfold.cache.KeyCodec} and {@link dev.tenfold.core.Codec} say
 * how keys and values become bytes, {@link dev.tenfold.cache.CacheLoader} and {@link
 * dev.tenfold.cache.BulkLoader} where values come from.
 *
 * <p>Everything is thread-safe except the builder.
 */
@NullMarked
package dev.tenfold.cache;

import org.jspecify.annotations.NullMarked;
