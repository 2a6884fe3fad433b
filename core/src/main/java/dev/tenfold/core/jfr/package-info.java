/**
 * Writes changes of state (a breaker opened, a replica was ejected) into the JDK's flight
 * recording, beside the garbage collections, locks and I/O of the same moment.
 *
 * <p>Start with {@link dev.tenfold.core.jfr.JfrTelemetry#of}. It wraps another telemetry, which
 * gets everything; events go to both.
 *
 * <p>The package needs the module {@code jdk.jfr} of the JDK, which is optional.
 */
@NullMarked
package dev.tenfold.core.jfr;

import org.jspecify.annotations.NullMarked;
