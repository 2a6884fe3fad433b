/**
 * Writes changes of state (a breaker opened, a replica was ejected) into the JDK's flight
 * recording, where they stand beside garbage collections, locks and I/O of the same moment.
 *
 * <p>Start with {@link dev.tenfold.core.jfr.JfrTelemetry#of}. It decorates another telemetry:
 * events go to both, everything else to that one only.
 *
 * <p>The package needs the module {@code jdk.jfr} of the JDK, which is optional.
 */
@NullMarked
package dev.tenfold.core.jfr;

import org.jspecify.annotations.NullMarked;
