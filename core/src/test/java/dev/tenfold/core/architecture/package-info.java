// SPDX-License-Identifier: Apache-2.0
/**
 * The rules of the house as tests. Each module has one {@code ArchitectureTest} that imports its
 * classes and hands them to {@link dev.tenfold.core.architecture.ArchitectureRules}; what a module
 * may do that the house forbids is listed there, each line with its reason.
 *
 * <p>A rule reads compiled classes where it can, and sources where only they know: lengths,
 * constants that the compiler inlines, the names in comments. The test of a rule compiles small
 * modules that break it, so a rule that sees nothing any more fails the build.
 */
@NullMarked
package dev.tenfold.core.architecture;

import org.jspecify.annotations.NullMarked;
