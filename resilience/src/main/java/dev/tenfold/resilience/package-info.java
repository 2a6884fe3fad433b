/** Policies against failing and slow backends, and the pipeline that composes them. */
@NullMarked
package dev.tenfold.resilience;

import org.jspecify.annotations.NullMarked;
