/**
 * Redis as the remote tier of a cache.
 *
 * <p>{@link dev.tenfold.cache.redis.RedisStore} implements {@link dev.tenfold.cache.RemoteStore}
 * over the link of {@code dev.tenfold.core.redis}. It is the only class of the module that needs
 * {@code io.lettuce:lettuce-core}, which is an optional dependency: a cache without a remote store
 * runs without it.
 *
 * <p>Thread-safe. Every call blocks for one round trip.
 */
@NullMarked
package dev.tenfold.cache.redis;

import org.jspecify.annotations.NullMarked;
