// SPDX-License-Identifier: Apache-2.0
/**
 * Proof that contract tests find wrong implementations. A mutant is a wrong implementation that is
 * handed to the contract of its SPI; a mutants test runs the contract against it and expects the
 * sentence that names the broken duty. Needs {@code junit-platform-testkit}.
 */
package dev.tenfold.core.mutants;
