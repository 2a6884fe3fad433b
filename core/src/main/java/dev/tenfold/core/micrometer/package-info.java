/**
 * Reports to a Micrometer registry.
 *
 * <p>Start with {@link dev.tenfold.core.micrometer.MicrometerTelemetry#of} and pass the result to
 * the builders of the components to watch. Counters and gauges are pulled when the registry is
 * read; only latencies and events are pushed.
 *
 * <p>The package needs {@code io.micrometer:micrometer-core}, which is an optional dependency.
 */
@NullMarked
package dev.tenfold.core.micrometer;

import org.jspecify.annotations.NullMarked;
