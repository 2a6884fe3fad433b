// SPDX-License-Identifier: Apache-2.0
/**
 * Test doubles of core's SPI, published in the {@code tests} jar: a telemetry that is read back,
 * and a time source of which a test changes one method. {@code ManualTimeSource} is in core itself.
 *
 * <p>The package is not {@code dev.tenfold.core}, because on a module path a package belongs to one
 * jar.
 */
@NullMarked
package dev.tenfold.core.testing;

import org.jspecify.annotations.NullMarked;
