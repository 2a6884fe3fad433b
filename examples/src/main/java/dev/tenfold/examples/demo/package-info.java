// SPDX-License-Identifier: Apache-2.0
/**
 * The demo around the booking service: starts databases, cache, payment provider and two instances,
 * sends traffic, breaks things on a schedule, checks the promises and writes the report. Entry
 * point: {@code Demo}. The load generator, the provider and the checks run in this process; the
 * service runs in processes of its own and is known here by its HTTP face alone.
 */
@NullMarked
package dev.tenfold.examples.demo;

import org.jspecify.annotations.NullMarked;
