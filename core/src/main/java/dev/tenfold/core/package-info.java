/**
 * What every other module stands on: time that comes in from outside, a thread-bound context, the
 * outcome of a call, hashing that never changes, and the two SPIs (codec, telemetry) that modules
 * share.
 *
 * <p>Start with {@link dev.tenfold.core.TimeSource}: nothing in Tenfold reads a clock, sleeps,
 * parks or schedules except through it, and {@link dev.tenfold.core.ManualTimeSource} makes every
 * such code testable without waiting. {@link dev.tenfold.core.Ambient} is the only thread-local;
 * {@link dev.tenfold.core.Deadline} and {@link dev.tenfold.core.ReadIntent} ride on it.
 *
 * <p>Types are immutable or say how they may be shared. The package needs nothing but the JDK; the
 * subpackages need the library they are named after.
 */
@NullMarked
package dev.tenfold.core;

import org.jspecify.annotations.NullMarked;
