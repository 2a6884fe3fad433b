/**
 * A read-through cache in two tiers: memory, and a remote store that several processes share.
 *
 * <p>Start with {@link dev.tenfold.cache.TieredCache}. The cache loads a key once at a time per
 * process. If you invalidate a key while it loads, the loaded value is not cached. If the remote
 * store is down, the cache answers from the loader. A cache without a remote store is the same
 * class.
 *
 * <p>{@link dev.tenfold.cache.RemoteStore} is the SPI of the remote tier; the subpackage {@code
 * redis} implements it. {@link dev.tenfold.cache.KeyCodec} and {@link dev.tenfold.core.Codec}
 * encode keys and values for the store. {@link dev.tenfold.cache.CacheLoader} and {@link
 * dev.tenfold.cache.BulkLoader} load values from the source.
 *
 * <p>All types are thread-safe except the builder and its options.
 */
@NullMarked
package dev.tenfold.cache;

import org.jspecify.annotations.NullMarked;
