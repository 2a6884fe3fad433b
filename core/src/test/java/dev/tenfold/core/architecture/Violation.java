// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

/**
 * One broken rule.
 *
 * @param rule the rule's name
 * @param offender what an allow-list would have to name
 * @param message where it is and what to do instead
 */
record Violation(String rule, String offender, String message) {
  @Override
  public String toString() {
    return "[" + rule + "] " + offender + ": " + message;
  }
}
