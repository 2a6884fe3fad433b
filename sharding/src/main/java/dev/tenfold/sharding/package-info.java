/** Shard routing and read/write splitting. */
@NullMarked
package dev.tenfold.sharding;

import org.jspecify.annotations.NullMarked;
