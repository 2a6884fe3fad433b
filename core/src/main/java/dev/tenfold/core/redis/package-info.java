/**
 * The one seam between Tenfold and Redis: a thin layer over Lettuce that serves a single server, a
 * Sentinel group and a cluster alike.
 *
 * <p>Start with {@link dev.tenfold.core.redis.RedisLink}. It adds four things to a Lettuce
 * connection: a command timeout that is clipped by {@link dev.tenfold.core.Deadline}; scripts by
 * SHA-1 with fallback to their text ({@link dev.tenfold.core.redis.RedisScript}); the refusal to
 * queue commands while the server is away; and one exception, {@link
 * dev.tenfold.core.redis.RedisUnavailableException}, for every way of not getting an answer but the
 * timeout. Everything else is Lettuce's: commands, topology, reconnecting, TLS, credentials.
 *
 * <p>Keys and values are byte arrays. The package needs {@code io.lettuce:lettuce-core}, which is
 * an optional dependency.
 */
@NullMarked
package dev.tenfold.core.redis;

import org.jspecify.annotations.NullMarked;
