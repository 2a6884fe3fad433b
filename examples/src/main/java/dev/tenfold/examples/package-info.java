// SPDX-License-Identifier: Apache-2.0
/**
 * The booking service, one instance per process: users are sharded by id, every shard has a primary
 * and a standby, profiles are cached in memory and in Redis, and bookings are paid at a slow and
 * unreliable provider. Entry point: {@code Instance}. This code shows how the modules work
 * together; the subpackage {@code demo} has the demo around it.
 */
@NullMarked
package dev.tenfold.examples;

import org.jspecify.annotations.NullMarked;
