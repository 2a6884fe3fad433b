/**
 * Real servers for tests, started from Maven artifacts and ended with the JVM, and the one wait for
 * conditions outside of it.
 *
 * <p>Start with {@link dev.tenfold.testkit.RedisFixture} and {@link
 * dev.tenfold.testkit.PostgresFixture}: {@code shared()} is one server per JVM for tests that only
 * use it, {@code start()} is a server of your own that you may kill, pause and restart. {@link
 * dev.tenfold.testkit.Await} waits for what such a server does.
 *
 * <p>What is slow to make, unpacked programs and an empty database cluster (about 100 MB), is kept
 * in {@code ~/.cache/tenfold-testkit} or {@code $XDG_CACHE_HOME/tenfold-testkit}; the system
 * property {@code tenfold.testkit.cache} names another directory, or {@code off} to keep nothing.
 *
 * <p>A server that cannot be started fails the test with its log; nothing is ever skipped. Servers
 * listen on 127.0.0.1 only, on ports between 12000 and 31999. Needs Linux or macOS on amd64 or
 * arm64, and {@code /bin/sh}.
 */
@NullMarked
package dev.tenfold.testkit;

import org.jspecify.annotations.NullMarked;
