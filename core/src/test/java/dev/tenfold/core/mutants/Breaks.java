// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.mutants;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a contract's subclass that hands over a wrong implementation. See {@link Mutants}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Breaks {

  /**
   * Names the test of the contract that finds the mutant.
   *
   * @return a test method without parameters
   */
  String test();

  /**
   * Returns the broken duty in the contract's words.
   *
   * @return a part of the message with which the test must fail
   */
  String duty();
}
