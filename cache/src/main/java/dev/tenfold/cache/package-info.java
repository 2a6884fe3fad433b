/** A two-tier cache. */
@NullMarked
package dev.tenfold.cache;

import org.jspecify.annotations.NullMarked;
