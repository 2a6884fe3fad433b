/**
 * The link between Tenfold and Redis: a thin layer over Lettuce for a single server, a Sentinel
 * group or a cluster.
 *
 * <p>Start with {@link dev.tenfold.core.redis.RedisLink}. It adds four things to a Lettuce
 * connection: a command timeout that is clipped to the {@link dev.tenfold.core.Deadline}; scripts
 * by SHA-1, or by their text if the server does not know them ({@link
 * dev.tenfold.core.redis.RedisScript}); the refusal of commands while disconnected; and one
 * exception, {@link dev.tenfold.core.redis.RedisUnavailableException}, for every command without a
 * reply except a timeout. Everything else is Lettuce's: commands, topology, reconnecting, TLS,
 * credentials.
 *
 * <p>Keys and values are byte arrays. The package needs {@code io.lettuce:lettuce-core}, which is
 * an optional dependency.
 */
@NullMarked
package dev.tenfold.core.redis;

import org.jspecify.annotations.NullMarked;
