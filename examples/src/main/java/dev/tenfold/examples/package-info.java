// SPDX-License-Identifier: Apache-2.0
/**
 * The booking service, one instance per process: users are sharded by id, every shard has a primary
 * and a standby, profiles are cached in memory and in Redis, and a booking is paid at a provider
 * that is slow and unreliable. Entry point: {@code Instance}. This is the code to read to see the
 * modules work together; the demo around it is in the package below.
 */
@NullMarked
package dev.tenfold.examples;

import org.jspecify.annotations.NullMarked;
