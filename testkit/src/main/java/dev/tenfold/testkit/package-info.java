/** Real servers for tests. */
@NullMarked
package dev.tenfold.testkit;

import org.jspecify.annotations.NullMarked;
