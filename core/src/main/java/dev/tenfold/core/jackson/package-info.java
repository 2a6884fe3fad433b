/**
 * A {@link dev.tenfold.core.Codec} for JSON with Jackson 3, for the values of caches, idempotency
 * records and outboxes.
 *
 * <p>Start with {@link dev.tenfold.core.jackson.JacksonCodec#of(Class)}. The codec sets the few
 * options on which safety and the reading of old bytes depend, and leaves all others to the mapper
 * that it is given. Types with a custom form use Jackson's own annotations and modules.
 *
 * <p>The package needs {@code tools.jackson.core:jackson-databind}, which is an optional
 * dependency, in version 3.2 or later. With 3.0 and 3.1 a missing primitive of a record is refused,
 * not read as 0: an older program's bytes cannot be read after a primitive was added.
 */
@NullMarked
package dev.tenfold.core.jackson;

import org.jspecify.annotations.NullMarked;
