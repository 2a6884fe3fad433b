// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.time.Duration;

/** What the builder collected for every operation. */
record Settings(TransactionalIdempotencyStore store, Duration retention, int maxResultBytes) {}
