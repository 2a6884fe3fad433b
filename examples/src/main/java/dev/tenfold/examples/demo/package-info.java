// SPDX-License-Identifier: Apache-2.0
/**
 * The demo of the booking service: starts databases, cache, payment provider and two instances,
 * sends traffic, injects faults on a schedule, checks the promises and writes the report. Entry
 * point: {@code Demo}. The load generator, the provider and the checks run in this process. The
 * instances are processes of their own, used through HTTP only.
 */
@NullMarked
package dev.tenfold.examples.demo;

import org.jspecify.annotations.NullMarked;
