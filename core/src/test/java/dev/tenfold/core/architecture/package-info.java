// SPDX-License-Identifier: Apache-2.0
/**
 * The rules of the house as tests. Each module has one {@code ArchitectureTest} that imports its
 * classes and hands them to {@link dev.tenfold.core.architecture.ArchitectureRules}; what a module
 * may do that the house forbids is listed there, each line with its reason.
 *
 * <p>A gate is one rule. It looks at compiled classes where it can, and at sources where only they
 * know (length). {@code PlantedViolationsTest} compiles small modules that break each gate, so that
 * a gate that has gone blind fails the build.
 */
@NullMarked
package dev.tenfold.core.architecture;

import org.jspecify.annotations.NullMarked;
