/**
 * The record of an idempotency key as a row of a relational database.
 *
 * <p>{@link dev.tenfold.idempotency.jdbc.JdbcIdempotencyStore} speaks to PostgreSQL 12 or later
 * through plain JDBC. The class brings the DDL of its table, for a migration tool or for {@code
 * createSchema()}. The clock of the records is the clock of the database, because the clocks of
 * applications differ.
 *
 * <p>Thread-safe. Every method blocks for its statements and for nothing else.
 */
@NullMarked
package dev.tenfold.idempotency.jdbc;

import org.jspecify.annotations.NullMarked;
