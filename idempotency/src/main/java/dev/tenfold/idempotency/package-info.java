/**
 * Idempotency keys: a request that a client sends twice has its effect once.
 *
 * <p>Start with {@link dev.tenfold.idempotency.Idempotency}. It makes an {@link
 * dev.tenfold.idempotency.IdempotentOperation}, whose {@code executeInTransaction} runs a handler
 * in the caller's database transaction and writes the record of the key in the same transaction.
 * Effect and record commit together or not at all; this is what exactly once means here.
 *
 * <p>The effect has to be in the database of the record. For an effect outside of it (a payment
 * provider, a message) a transaction gives no such promise.
 *
 * <p>{@link dev.tenfold.idempotency.TransactionalIdempotencyStore} is the SPI between the protocol
 * and a database; the subpackage {@code jdbc} has the implementation for PostgreSQL. Types are
 * immutable and thread-safe; a connection belongs to the calling thread.
 */
@NullMarked
package dev.tenfold.idempotency;

import org.jspecify.annotations.NullMarked;
