/**
 * The record of an idempotency key as a row of a relational database.
 *
 * <p>{@link dev.tenfold.idempotency.jdbc.JdbcIdempotencyStore} speaks to PostgreSQL 12 or later
 * through plain JDBC. The table is one statement of DDL that ships with the class, for a migration
 * tool or for {@code createSchema()}. The clock of the record is the database's: application clocks
 * may disagree.
 *
 * <p>Thread-safe; every method blocks for its statements and nothing else.
 */
@NullMarked
package dev.tenfold.idempotency.jdbc;

import org.jspecify.annotations.NullMarked;
