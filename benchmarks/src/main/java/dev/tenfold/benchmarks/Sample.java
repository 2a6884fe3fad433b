// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

/**
 * What one arm came to in one round.
 *
 * @param value in the arm's unit
 * @param allocated bytes allocated per operation; NaN where that was not measured
 */
public record Sample(double value, double allocated) {}
