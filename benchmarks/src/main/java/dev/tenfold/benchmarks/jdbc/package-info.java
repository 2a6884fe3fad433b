/**
 * Suite {@code jdbc}: the cost of a data source that routes, above HikariCP, beside the libraries
 * that split reads from writes.
 *
 * <p>{@link dev.tenfold.benchmarks.jdbc.JdbcSuite} lists the rows, {@link
 * dev.tenfold.benchmarks.jdbc.ScopeRows} those about consistency scopes. {@link
 * dev.tenfold.benchmarks.jdbc.Contender} opens the data sources behind one interface, {@link
 * dev.tenfold.benchmarks.jdbc.Backend} starts the servers: a driver that does nothing, or real
 * PostgreSQL. {@link dev.tenfold.benchmarks.jdbc.JdbcBenchmark} times one of them per fork.
 */
@NullMarked
package dev.tenfold.benchmarks.jdbc;

import org.jspecify.annotations.NullMarked;
