/**
 * The foundation of all modules: injected time, a thread-bound context, the outcome of a call, a
 * hash that never changes, and the two SPIs (codec, telemetry) that modules share.
 *
 * <p>Start with {@link dev.tenfold.core.TimeSource}. All code of Tenfold reads the clock, sleeps,
 * parks and schedules through it, and {@link dev.tenfold.core.ManualTimeSource} makes such code
 * testable without waiting. {@link dev.tenfold.core.Ambient} is the only thread-local; {@link
 * dev.tenfold.core.Deadline} and {@link dev.tenfold.core.ReadIntent} are values in it.
 *
 * <p>Types are immutable or say how they may be shared. The package needs only the JDK; each
 * subpackage needs the library that it is named after.
 */
@NullMarked
package dev.tenfold.core;

import org.jspecify.annotations.NullMarked;
