// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

/**
 * The measurement of one arm in one round.
 *
 * @param value the value in the unit of the arm
 * @param allocated the bytes allocated per operation; NaN if not measured
 */
public record Sample(double value, double allocated) {}
