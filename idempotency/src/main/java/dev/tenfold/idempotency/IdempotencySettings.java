// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.time.Duration;

/** The options of an {@link Idempotency}, which all of its operations share. */
record IdempotencySettings(
    TransactionalIdempotencyStore store, Duration retention, int maxResultBytes) {}
