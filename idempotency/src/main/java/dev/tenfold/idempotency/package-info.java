/** Idempotency keys. */
@NullMarked
package dev.tenfold.idempotency;

import org.jspecify.annotations.NullMarked;
